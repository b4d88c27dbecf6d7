"""A new account, its confirmation, a new password, one's own profile."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy.consents import agree_to_district, give_consent
from pb_portal.accounts.service.links import issue, use
from pb_portal.accounts.service.sessions import end_access
from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox import service as outbox
from pb_portal.word_list.service import require_allowed_name


def register(
    session: Session, *, email: str, name: str, locale: str, at: datetime
) -> Person | None:
    """Make an account without a password and send a letter to confirm its address: whoever opens
    the letter chooses the password, so that nobody keeps one to somebody else's address.

    When the address is taken nothing is made and its owner gets a letter saying so; the page
    shows the same to everybody, so that it cannot be used to find out who has an account.
    """
    require_allowed_name(session, name)
    taken = queries.find_person(session, email)
    if taken is None:
        try:
            with session.begin_nested():
                person = _add(session, email, name, locale, at)
        except IntegrityError:
            taken = queries.find_person(session, email)
    if taken is not None:
        _tell_owner(session, taken, at)
        return None
    give_consent(session, person, "account", locale, at)
    send_confirmation(session, person, at=at)
    audit.record(session, Signature(ANYONE, at), "account.registered", ("person", person.id))
    return person


def _add(session: Session, email: str, name: str, locale: str, at: datetime) -> Person:
    person = Person(
        email=email.casefold(), name=name, password_hash="", locale=locale, created_at=at
    )
    session.add(person)
    session.flush()
    return person


def _tell_owner(session: Session, person: Person, at: datetime) -> None:
    outbox.post(
        session,
        Signature(ANYONE, at),
        "account_exists",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        path="/login",
    )


def send_confirmation(session: Session, person: Person, *, at: datetime) -> None:
    """Send the letter with the link that confirms the address; at most a few in an hour."""
    token = issue(session, person, "confirm", at)
    if token is None:
        return
    outbox.post(
        session,
        Signature(ANYONE, at),
        "confirm_address",
        recipient=person.email,
        locale=person.locale,
        path=f"/confirm/{token}",
    )


def confirm(session: Session, token: str, *, password_hash: str, at: datetime) -> Person:
    """Mark the address as confirmed and set the password its owner has chosen, instead of any
    before it; refuses (`account.link_dead`) a used or old link."""
    found = use(session, token, "confirm", at)
    person = found.person
    person.confirmed_at = person.confirmed_at or at
    _replace_password(session, person, password_hash, at)
    audit.record(session, Signature(person.actor(), at), "account.confirmed", ("person", person.id))
    return person


def ask_new_password(session: Session, *, email: str, at: datetime) -> None:
    """Send a link to set a new password, if the address has an account; say nothing otherwise."""
    person = queries.find_person(session, email)
    if person is None or person.blocked_at is not None:
        return
    token = issue(session, person, "reset", at)
    if token is None:
        return
    outbox.post(
        session,
        Signature(ANYONE, at),
        "new_password",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        path=f"/new-password/{token}",
    )


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
