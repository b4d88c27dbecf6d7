"""What a batch holds, enciphered under the box's key (AES-256-GCM, a random nonce in front)."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def enciphered(key: bytes, data: bytes, about: bytes) -> bytes:
    """The data so that only the key opens it, and only together with what it is about."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def deciphered(key: bytes, data: bytes, about: bytes) -> bytes | None:
    """The data; None under another key, or where a byte was changed."""
    try:
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        return None
