"""Signatures under what the portal publishes: Ed25519, with a key out of the settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)


class Signer:
    """Signs with the key that a secret text stands for: its SHA-256 is the key's seed."""

    def __init__(self, secret: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(secret.encode()).digest())

    @cached_property
    def public_key(self) -> str:
        """The 32 bytes by which anyone checks the signatures, in hex."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign_raw(self, message: bytes) -> tuple[bytes, bytes]:
        """Public key and signature as bytes."""
        return self._key.public_key().public_bytes_raw(), self._key.sign(message)

    def sign(self, message: bytes) -> str:
        """The signature in hex. The same message always has the same signature."""
        return self._key.sign(message).hex()


@dataclass(frozen=True, repr=False)
class Keys:
    """What opens the ledger of a vote and signs, as an audit needs it."""

    ballot_key: str
    signer: Signer
    zone: ZoneInfo
    register_key: str = ""


def holds(public_key: str, message: bytes, signature: str) -> bool:
    """Whether a signature in hex belongs to a message and a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True
