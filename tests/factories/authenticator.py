"""A passkey in software: makes WebAuthn answers as a browser with a key would."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Authenticator:
    """One key pair for one site. `origin` is what the browser would write down."""

    def __init__(self, origin: str = "http://localhost", host: str = "localhost") -> None:
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.count = 0

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        self.count += 1
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, **response: bytes) -> str:
        name = text(self.credential_id)
        said: dict[str, Any] = {"id": name, "rawId": name, "type": "public-key"}
        said["response"] = {key: text(raw) for key, raw in response.items()}
        return json.dumps(said)

    def create(self, options: dict[str, Any], *, verified: bool = True) -> str:
        """The answer to a site that asks for a new key."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        )
        data = self._data(PRESENT | NEW | (VERIFIED if verified else 0))
        data += bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        kept = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data + public})
        client = self._client_data("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=kept)

    def get(self, options: dict[str, Any], *, verified: bool = True) -> str:
        """The answer to a site that asks for a signature."""
        data = self._data(PRESENT | (VERIFIED if verified else 0))
        client = self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)
