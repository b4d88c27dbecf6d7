"""WebAuthn: what the browser is asked, and whether its answer holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cbor2 import CBORDecodeError
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from pb_portal.accounts.factors.models import Passkey
from pb_portal.domain.refusal import Refusal

BROKEN = (
    WebAuthnException,
    CBORDecodeError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What a forged or damaged answer makes the library raise."""
LONGEST_ANSWER = 20_000


@dataclass(frozen=True)
class Site:
    """The portal as browsers know it. A passkey made for it works nowhere else."""

    origin: str
    name: str

    @property
    def host(self) -> str:
        """The relying party's id."""
        return urlsplit(self.origin).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Browsers make passkeys for names only, never for a bare IP address."""
        try:
            ip_address(self.host)
        except ValueError:
            return bool(self.host)
        return False


@dataclass(frozen=True)
class Made:
    """A new credential."""

    credential_id: str
    public_key: str
    sign_count: int


def creation_options(
    site: Site, person_id: int, email: str, name: str, known: Iterable[Passkey]
) -> tuple[dict[str, Any], str]:
    """What to ask the browser to make, and the challenge to remember."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=f"person-{person_id}".encode(),
        user_name=email,
        user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return json.loads(webauthn.options_to_json(options)), bytes_to_base64url(options.challenge)


def request_options(site: Site, known: Iterable[Passkey]) -> tuple[dict[str, Any], str]:
    """What to ask the browser to sign, and the challenge to remember."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.loads(webauthn.options_to_json(options)), bytes_to_base64url(options.challenge)


def _descriptors(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known
    ]


def read_made(site: Site, answer: str, challenge: str) -> Made:
    """The credential a browser has made; refuses (`factor.passkey_unfit`) what does not hold."""
    _fit(answer, challenge)
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise Refusal("factor.passkey_unfit") from error
    return Made(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def answered_by(answer: str) -> str:
    """Which credential a browser's answer names; "" when it names none."""
    try:
        said = json.loads(answer[:LONGEST_ANSWER]).get("id", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return said if isinstance(said, str) else ""


def new_count(site: Site, passkey: Passkey, answer: str, challenge: str) -> int:
    """The signature counter after an answer that holds; refuses (`factor.passkey_unfit`) others."""
    _fit(answer, challenge)
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise Refusal("factor.passkey_unfit") from error
    return found.new_sign_count


def _fit(answer: str, challenge: str) -> None:
    if not challenge or not answer or len(answer) > LONGEST_ANSWER:
        raise Refusal("factor.passkey_unfit")
