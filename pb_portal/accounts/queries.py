"""Reading accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, contains_eager

from pb_portal.accounts.models import EmailToken, LoginSession, Person, RoleGrant
from pb_portal.db import Missing
from pb_portal.domain.addresses import canonical_address


@dataclass(frozen=True)
class Credentials:
    """An account and the hash its password is checked against."""

    id: int
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class Reader:
    """Whom a letter goes to."""

    id: int
    email: str
    name: str
    locale: str
    blocked_at: datetime | None


def digest(token: str) -> str:
    """How a token is stored: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_person(session: Session, email: str) -> Person | None:
    """The account of this address, however it is written."""
    found = session.scalars(select(Person).where(_is_of(email))).all()
    return min(found, key=lambda person: person.email != email.casefold(), default=None)


def find_reader(session: Session, email: str) -> Reader | None:
    """What a letter to the owner of an address must know. One statement, whether or not there is
    an account, so that its time tells nothing."""
    rows = session.execute(
        select(Person.id, Person.email, Person.name, Person.locale, Person.blocked_at).where(
            _is_of(email)
        )
    ).all()
    row = min(rows, key=lambda row: row.email != email.casefold(), default=None)
    return Reader(*row) if row is not None else None


def find_credentials(session: Session, email: str) -> Credentials | None:
    """Whose password is to be checked: one statement for known and unknown addresses."""
    rows = session.execute(
        select(Person.id, Person.password_hash, Person.email).where(_is_of(email))
    ).all()
    row = min(rows, key=lambda row: row.email != email.casefold(), default=None)
    return Credentials(row.id, row.password_hash) if row is not None else None


def _is_of(email: str) -> ColumnElement[bool]:
    return or_(Person.email == email.casefold(), Person.mailbox == canonical_address(email))


def get_person(session: Session, person_id: int) -> Person:
    """The account; raises `Missing`."""
    person = session.get(Person, person_id)
    if person is None:
        raise Missing("person")
    return person


def find_session(
    session: Session, token: str, at: datetime, *, stage: str = "open"
) -> LoginSession | None:
    """The live session of this token, unless it has expired or the account is blocked. The person
    and the roles come with it in one statement, since every page of a signed-in person asks.
    With the stage `half`: one that waits for its second factor."""
    found = session.scalars(
        select(LoginSession)
        .join(LoginSession.person)
        .options(contains_eager(LoginSession.person).joinedload(Person.grants))
        .where(
            LoginSession.token_hash == digest(token),
            LoginSession.expires_at > at,
            LoginSession.stage == stage,
            Person.blocked_at.is_(None),
        )
    )
    return found.unique().one_or_none()


def find_session_owner(session: Session, token: str) -> int | None:
    """Whose session a token was of, also when it has ended by its time or by a block."""
    mine = LoginSession.token_hash == digest(token)
    return session.scalar(select(LoginSession.person_id).where(mine)) if token else None


def get_entry(session: Session, session_id: int) -> LoginSession:
    """The row of a session; raises `Missing` when it was ended in the meantime."""
    entry = session.get(LoginSession, session_id)
    if entry is None:
        raise Missing("session")
    return entry


def find_email_token(session: Session, token: str, purpose: str, at: datetime) -> EmailToken | None:
    """The unused token of this purpose that has not expired."""
    return session.scalars(
        select(EmailToken).where(
            EmailToken.token_hash == digest(token),
            EmailToken.purpose == purpose,
            EmailToken.used_at.is_(None),
            EmailToken.expires_at > at,
        )
    ).one_or_none()


def holders(session: Session, roles: Iterable[str], area_id: int | None) -> list[Person]:
    """Staff who hold one of the roles for the whole city or for this area."""
    query = (
        select(Person)
        .join(RoleGrant)
        .where(
            RoleGrant.role.in_(list(roles)),
            Person.blocked_at.is_(None),
            RoleGrant.area_id.is_(None) | (RoleGrant.area_id == area_id),
        )
        .order_by(Person.name)
        .distinct()
    )
    return list(session.scalars(query).unique())


def names_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Names of people, for pages that only staff read."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(list(ids))))
    return {row.id: row.name for row in rows}
