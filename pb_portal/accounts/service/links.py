"""One-time links sent by letter. All of a person's end together when the account changes hands."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.models import EmailToken
from pb_portal.accounts.privacy.models import EmailChange
from pb_portal.db import take_turn
from pb_portal.domain.refusal import Refusal

TOKEN_LIFE = {"confirm": timedelta(days=3), "reset": timedelta(hours=1)}
MOST_LETTERS = 5
LETTERS_WITHIN = timedelta(hours=1)


def issue(session: Session, person_id: int, purpose: str, at: datetime) -> str | None:
    """A fresh link's token; None when the person was sent enough of them in the last hour."""
    take_turn(session, f"links of {person_id}")
    recent = at + TOKEN_LIFE[purpose] - LETTERS_WITHIN
    sent = session.scalar(
        select(func.count())
        .select_from(EmailToken)
        .where(EmailToken.person_id == person_id, EmailToken.purpose == purpose)
        .where(EmailToken.expires_at > recent)
    )
    if (sent or 0) >= MOST_LETTERS:
        return None
    token = secrets.token_urlsafe(24)
    session.add(
        EmailToken(
            token_hash=queries.digest(token),
            person_id=person_id,
            purpose=purpose,
            expires_at=at + TOKEN_LIFE[purpose],
        )
    )
    return token


def use(session: Session, token: str, purpose: str, at: datetime) -> EmailToken:
    """Spend a link, once even when it is pressed twice; refuses a used, old or foreign one."""
    found = queries.find_email_token(session, token, purpose, at)
    if found is None or found.person.blocked_at is not None:
        raise Refusal("account.link_dead")
    spent = session.execute(
        update(EmailToken)
        .where(EmailToken.id == found.id, EmailToken.used_at.is_(None))
        .values(used_at=at)
        .returning(EmailToken.id)
    ).first()
    if spent is None:
        raise Refusal("account.link_dead")
    return found


def end_links(session: Session, person_id: int, at: datetime) -> None:
    """End every link this person was ever sent, whatever it was for: each was worth something only
    for the account as it was."""
    session.execute(
        update(EmailToken)
        .where(EmailToken.person_id == person_id, EmailToken.used_at.is_(None))
        .values(used_at=at)
    )
    session.execute(
        update(EmailChange)
        .where(EmailChange.person_id == person_id, EmailChange.expires_at > at)
        .values(expires_at=at)
    )
