"""Secrets that must be read again are stored sealed with a key from the settings (Fernet)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


def _box(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"factor\x1f{key}".encode()).digest()))


def seal(key: str, text: str) -> str:
    """The text made unreadable without the key."""
    return _box(key).encrypt(text.encode()).decode("ascii")


def unseal(key: str, sealed: str) -> str | None:
    """The text that was sealed; None under another key or when it was tampered with."""
    try:
        return _box(key).decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, ValueError):
        return None
