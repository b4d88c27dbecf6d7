"""Secrets that must be read again are stored sealed with a key from the settings (Fernet)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


def _box(key: str, purpose: str) -> Fernet:
    secret = hashlib.sha256(f"{purpose}\x1f{key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))


def seal(key: str, text: str, purpose: str = "factor") -> str:
    """The text made unreadable without the key."""
    return _box(key, purpose).encrypt(text.encode()).decode("ascii")


def unseal(key: str, sealed: str, purpose: str = "factor") -> str | None:
    """The text that was sealed; None under another key or when it was tampered with."""
    try:
        return _box(key, purpose).decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, ValueError):
        return None
