"""Links that stop one kind of letters to one address (RFC 8058), without login.

A token is enciphered and authenticated under a key derived from the secret key: it cannot be
guessed or read, and says nothing but the address and the kind.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
LONGEST = 600


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"letters.stop\0" + secret.encode()).digest())


def seal_stop_token(secret: str, address: str, kind: str) -> str:
    """The token for an address and a kind."""
    nonce = secrets.token_bytes(_NONCE)
    plain = f"{kind}\n{address}".encode()
    sealed = _cipher(secret).encrypt(nonce, plain, None)
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def read_stop_token(secret: str, token: str) -> tuple[str, str] | None:
    """The address and the kind of a token; None for one that is not ours."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        plain = _cipher(secret).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
    except (ValueError, InvalidTag):
        return None
    kind, _, address = plain.partition("\n")
    return address, kind
