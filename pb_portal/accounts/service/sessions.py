"""Signing in, and sessions that end on the server."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.models import EmailToken, LoginSession
from pb_portal.audit import service as audit
from pb_portal.domain.signature import ANYONE, Signature

SESSION_LIFE = timedelta(hours=12)


def sign_in(session: Session, person_id: int | None, *, fits: bool, at: datetime) -> str | None:
    """Record an attempt to sign in. Opens a session and returns its token when the password was
    found to fit and the account is not blocked; None otherwise, the same for every mistake."""
    if person_id is None:
        return None
    person = queries.get_person(session, person_id)
    if not fits or person.blocked_at is not None:
        audit.record(session, Signature(ANYONE, at), "account.login_failed", ("person", person.id))
        return None
    audit.record(session, Signature(person.actor(), at), "account.login", ("person", person.id))
    return open_session(session, person.id, at=at)


def open_session(session: Session, person_id: int, *, at: datetime) -> str:
    """Open a session and return its token; only the token's hash is stored."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=queries.digest(token),
            person_id=person_id,
            created_at=at,
            expires_at=at + SESSION_LIFE,
        )
    )
    return token


def close_session(session: Session, token: str) -> None:
    """End the session of this token."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == queries.digest(token)))


def close_all_sessions(session: Session, person_id: int) -> None:
    """End every session of the person, on every device."""
    session.execute(delete(LoginSession).where(LoginSession.person_id == person_id))


def tidy(session: Session, at: datetime) -> None:
    """Remove sessions and links that have run out."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= at))
    session.execute(delete(EmailToken).where(EmailToken.expires_at <= at))
