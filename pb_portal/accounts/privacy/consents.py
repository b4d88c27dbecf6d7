"""Giving and withdrawing consent: each with the version of its text, the language and the time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy import queries
from pb_portal.accounts.privacy.models import Consent
from pb_portal.audit import service as audit
from pb_portal.domain.privacy import CONSENTS
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature


def give_consent(session: Session, person: Person, purpose: str, locale: str, at: datetime) -> None:
    """Record that a person agreed to the present text; again for the same text changes nothing."""
    held = queries.find_consent(session, person.id, purpose)
    if held is not None and held.text_version == CONSENTS[purpose]:
        return
    session.add(
        Consent(
            person_id=person.id,
            purpose=purpose,
            text_version=CONSENTS[purpose],
            locale=locale,
            given_at=at,
        )
    )


def withdraw_consent(session: Session, by: Signature, person: Person, purpose: str) -> None:
    """End a consent, and with it what it allowed. Without the account's own consent there is no
    account: that one ends by deleting it."""
    if purpose == "account":
        raise Refusal("privacy.consent_is_account")
    held = queries.find_consent(session, person.id, purpose)
    if held is None:
        return
    held.withdrawn_at = by.at
    if purpose == "district":
        person.area_id = None
    audit.record(session, by, "consent.withdrawn", ("person", person.id), purpose=purpose)


def agree_to_district(session: Session, by: Signature, person: Person) -> None:
    """Choosing one's district is agreeing that it is kept; clearing it withdraws that."""
    if person.area_id is not None:
        give_consent(session, person, "district", person.locale, by.at)
    else:
        withdraw_consent(session, by, person, "district")
