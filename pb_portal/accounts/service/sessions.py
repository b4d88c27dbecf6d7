"""Signing in, and sessions that end on the server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.factors import tries
from pb_portal.accounts.factors.queries import has_factors
from pb_portal.accounts.models import EmailToken, KeptForm, LoginSession, Person
from pb_portal.accounts.privacy.models import COUNTED, EmailChange
from pb_portal.accounts.service.links import end_links
from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.signature import ANYONE, Signature

SESSION_LIFE = timedelta(hours=12)
HALF_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Entry:
    """A session just made. `half`: a second factor must be shown before it opens anything."""

    token: str
    half: bool


def sign_in(
    session: Session, person_id: int | None, *, fits: bool, at: datetime, device: str = ""
) -> Entry | None:
    """Record an attempt to sign in. Begins a session when the password was found to fit and the
    account is not blocked; None otherwise, the same for every mistake."""
    allowed = select(Person.id).where(Person.id == (person_id or 0), Person.blocked_at.is_(None))
    is_open = session.scalar(allowed) is not None
    if person_id is None or not fits or not is_open:
        _note_failure(session, person_id, at)
        return None
    return begin(session, person_id, at=at, device=device)


def _note_failure(session: Session, person_id: int | None, at: datetime) -> None:
    """Log a wrong password. For an address without an account the entry is taken back: nothing is
    kept of it, and its time tells nothing."""
    trial = session.begin_nested()
    subject = ("person", person_id or 0)
    audit.record(session, Signature(ANYONE, at), "account.login_failed", subject)
    session.flush()
    trial.commit() if person_id else trial.rollback()


def begin(session: Session, person_id: int, *, at: datetime, device: str = "") -> Entry:
    """Begin a session of somebody who has shown the first proof (a password, a letter's link)."""
    if has_factors(session, person_id):
        return Entry(_add(session, person_id, at, device=device, stage="half"), half=True)
    person = queries.get_person(session, person_id)
    audit.record(session, Signature(person.actor(), at), "account.login", ("person", person_id))
    return Entry(open_session(session, person_id, at=at, device=device), half=False)


def complete(session: Session, entry: LoginSession, *, how: str, at: datetime) -> str:
    """A second factor was shown: a half session becomes an open one, an open one is renewed.

    The token changes, so that one seen before is worth nothing. Returns the new token.
    """
    person = entry.person
    action = "account.login" if entry.stage == "half" else "account.proved_again"
    by = Signature(person.actor(), at)
    audit.record(session, by, action, ("person", person.id), factor=how)
    ends = at + SESSION_LIFE if entry.stage == "half" else entry.expires_at
    token = _add(session, person.id, at, device=entry.device, factor_at=at, ends=ends)
    session.delete(entry)
    return token


def note_wrong_password(session: Session, entry: LoginSession, at: datetime) -> None:
    """Somebody with an open session did not know the password of the account."""
    by = Signature(ANYONE, at)
    audit.record(session, by, "account.password_failed", ("person", entry.person_id))


def note_wrong_factor(session: Session, entry: LoginSession, at: datetime) -> None:
    """Somebody who knows the password could not show the second factor: the log says so."""
    by = Signature(ANYONE, at)
    audit.record(session, by, "account.factor_failed", ("person", entry.person_id))


def open_session(
    session: Session,
    person_id: int,
    *,
    at: datetime,
    device: str = "",
    factor_at: datetime | None = None,
) -> str:
    """Open a session and return its token; only the token's hash is stored."""
    return _add(session, person_id, at, device=device, factor_at=factor_at)


def _add(
    session: Session,
    person_id: int,
    at: datetime,
    *,
    device: str,
    stage: str = "open",
    factor_at: datetime | None = None,
    ends: datetime | None = None,
) -> str:
    token = secrets.token_urlsafe(32)
    life = HALF_LIFE if stage == "half" else SESSION_LIFE
    session.add(
        LoginSession(
            token_hash=queries.digest(token),
            person_id=person_id,
            created_at=at,
            expires_at=ends or at + life,
            stage=stage,
            factor_at=factor_at,
            device=device,
        )
    )
    return token


def close_session(session: Session, token: str) -> None:
    """End the session of this token."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == queries.digest(token)))


def close_one(session: Session, by: Signature, session_id: int) -> None:
    """End one of one's own sessions, on whatever device; raises `Missing` for a stranger's."""
    demand(by.actor, P.RESIDENT)
    found = session.get(LoginSession, session_id)
    if found is None or found.person_id != by.actor.person_id:
        raise Missing("session")
    session.delete(found)
    audit.record(session, by, "account.sessions_ended", ("person", found.person_id), all=False)


def close_others(session: Session, by: Signature, entry: LoginSession) -> None:
    """Sign out everywhere else."""
    demand(by.actor, P.RESIDENT)
    close_other_sessions(session, entry)
    audit.record(session, by, "account.sessions_ended", ("person", entry.person_id), all=True)


def close_other_sessions(session: Session, entry: LoginSession) -> None:
    """End every session of the person but this one."""
    session.execute(
        delete(LoginSession).where(
            LoginSession.person_id == entry.person_id, LoginSession.id != entry.id
        )
    )


def end_access(session: Session, person_id: int, at: datetime) -> None:
    """End every session of the person on every device, and every link sent to them.

    Called whenever a password, an address, a factor or the right to enter changes.
    """
    session.execute(delete(LoginSession).where(LoginSession.person_id == person_id))
    end_links(session, person_id, at)


def tidy(session: Session, at: datetime) -> None:
    """Remove sessions, links, kept forms and counters of mistakes that have run out."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= at))
    session.execute(delete(EmailToken).where(EmailToken.expires_at <= at))
    session.execute(delete(KeptForm).where(KeptForm.expires_at <= at))
    session.execute(delete(EmailChange).where(EmailChange.expires_at <= at - COUNTED))
    tries.tidy(session, at)
