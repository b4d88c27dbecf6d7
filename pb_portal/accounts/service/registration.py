"""A new account, its confirmation, a new password, one's own profile."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy.consents import agree_to_district, give_consent
from pb_portal.accounts.queries import Reader
from pb_portal.accounts.service.links import issue, use
from pb_portal.accounts.service.sessions import end_access
from pb_portal.audit import service as audit
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox import service as outbox
from pb_portal.word_list.service import require_allowed_name

USUAL_CAPS = LetterCaps()


def register(
    session: Session,
    *,
    email: str,
    name: str,
    locale: str,
    at: datetime,
    caps: LetterCaps = USUAL_CAPS,
) -> Person | None:
    """Make an account without a password and send a letter to confirm its address: whoever opens
    the letter chooses the password, so that nobody keeps one to somebody else's address.

    When the address is taken nothing is made and its owner gets a letter saying so; the page
    shows the same to everybody. The statements are the same too: for a taken address they make an
    account that nobody will see and take it back, so that their time tells nothing.
    """
    require_allowed_name(session, name)
    person = token = None
    taken = queries.find_reader(session, email)
    trial = session.begin_nested()
    try:
        address = f"{secrets.token_hex(12)}@invalid" if taken else email
        person, token = _add(session, address, name, locale, at)
    except IntegrityError:
        trial.rollback()
        taken = queries.find_reader(session, email)
    else:
        trial.rollback() if taken else trial.commit()
    if taken is not None:
        _tell_owner(session, taken, at, caps)
        return None
    assert person is not None and token is not None
    _send_link(session, email.casefold(), locale, token, at, caps)
    return person


def _add(
    session: Session, email: str, name: str, locale: str, at: datetime
) -> tuple[Person, str | None]:
    person = Person(
        email=email.casefold(), name=name, password_hash="", locale=locale, created_at=at
    )
    session.add(person)
    session.flush()
    give_consent(session, person, "account", locale, at)
    token = issue(session, person.id, "confirm", at)
    audit.record(session, Signature(ANYONE, at), "account.registered", ("person", person.id))
    session.flush()
    return person, token


def _tell_owner(session: Session, owner: Reader, at: datetime, caps: LetterCaps) -> None:
    by = Signature(ANYONE, at)
    if outbox.claim_letter(session, by, "account", recipient=owner.email, caps=caps):
        outbox.post(
            session,
            by,
            "account_exists",
            recipient=owner.email,
            locale=owner.locale,
            name=owner.name,
            path="/login",
        )


def _send_link(
    session: Session, email: str, locale: str, token: str, at: datetime, caps: LetterCaps
) -> None:
    by = Signature(ANYONE, at)
    if outbox.claim_letter(session, by, "account", recipient=email, caps=caps):
        outbox.post(
            session,
            by,
            "confirm_address",
            recipient=email,
            locale=locale,
            path=f"/confirm/{token}",
        )


def send_confirmation(
    session: Session, person: Person, *, at: datetime, caps: LetterCaps = USUAL_CAPS
) -> None:
    """Send the letter with the link that confirms the address; at most a few in an hour."""
    token = issue(session, person.id, "confirm", at)
    if token is not None:
        _send_link(session, person.email, person.locale, token, at, caps)


def confirm(session: Session, token: str, *, password_hash: str, at: datetime) -> Person:
    """Mark the address as confirmed and set the password its owner has chosen, instead of any
    before it; refuses (`account.link_dead`) a used or old link."""
    found = use(session, token, "confirm", at)
    person = found.person
    person.confirmed_at = person.confirmed_at or at
    _replace_password(session, person, password_hash, at)
    audit.record(session, Signature(person.actor(), at), "account.confirmed", ("person", person.id))
    return person


def ask_new_password(
    session: Session, *, email: str, at: datetime, caps: LetterCaps = USUAL_CAPS
) -> None:
    """Send a link to set a new password, if the address has an account; say nothing otherwise.

    The statements are the same for everybody: without an account they are taken back again, and
    that somebody asked is counted in any case.
    """
    owner = queries.find_reader(session, email)
    somebody = session.scalar(select(func.min(Person.id)))
    by = Signature(ANYONE, at)
    may_go = outbox.claim_letter(session, by, "account", recipient=email, caps=caps)
    if somebody is None:
        return
    trial = session.begin_nested()
    token = issue(session, owner.id if owner else somebody, "reset", at)
    if token is not None:
        outbox.post(
            session,
            by,
            "new_password",
            recipient=owner.email if owner else email,
            locale=owner.locale if owner else "ru",
            name=owner.name if owner else "",
            path=f"/new-password/{token}",
        )
    session.flush()
    goes = may_go and owner is not None and owner.blocked_at is None
    trial.commit() if goes else trial.rollback()


def set_password(session: Session, token: str, *, password_hash: str, at: datetime) -> Person:
    """Set a new password by a link; closes every session and kills every other link."""
    person = use(session, token, "reset", at).person
    person.confirmed_at = person.confirmed_at or at
    _replace_password(session, person, password_hash, at)
    audit.record(session, Signature(person.actor(), at), "account.password", ("person", person.id))
    return person


def change_password(session: Session, by: Signature, person: Person, *, password_hash: str) -> None:
    """Change one's own password (the caller has checked the present one); closes every session."""
    demand(by.actor, P.RESIDENT)
    _replace_password(session, person, password_hash, by.at)
    audit.record(session, by, "account.password", ("person", person.id))


def _replace_password(session: Session, person: Person, password_hash: str, at: datetime) -> None:
    person.password_hash = password_hash
    end_access(session, person.id, at)


def change_profile(
    session: Session,
    by: Signature,
    person: Person,
    *,
    name: str,
    locale: str,
    area_id: int | None = None,
) -> None:
    """Change one's own name, the language of letters and the district one lives in."""
    demand(by.actor, P.RESIDENT)
    if name != person.name:
        require_allowed_name(session, name)
    person.name = name
    person.locale = locale
    person.area_id = area_id
    agree_to_district(session, by, person)
    audit.record(session, by, "account.profile", ("person", person.id))
