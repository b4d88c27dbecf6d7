"""Putting letters into the outbox. Sending is the mailer's work, never the request's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pb_portal.domain.signature import Signature
from pb_portal.outbox.models import Letter


def post(
    session: Session,
    by: Signature,
    template: str,
    *,
    recipient: str,
    locale: str,
    channel: str = "email",
    expires_at: datetime | None = None,
    **data: Any,
) -> Letter:
    """Queue a letter: `post(session, by, "proposal_returned", recipient=email, locale="kk", …)`.

    `template` names `templates/emails/<template>.txt`; `data` must be JSON. Paths in `data` are
    relative; the mailer makes them absolute. After `expires_at` it is no longer sent.
    """
    letter = Letter(
        channel=channel,
        recipient=recipient,
        locale=locale,
        template=template,
        data=data,
        created_at=by.at,
        due_at=by.at,
        expires_at=expires_at,
    )
    session.add(letter)
    return letter


def forget_recipient(session: Session, recipient: str, *, spare: str = "") -> None:
    """Stop letters to an address that still wait, except one template, and forget the address of
    those that went out."""
    theirs = (Letter.recipient == recipient) & (Letter.template != spare)
    session.execute(update(Letter).where(theirs, Letter.state == "waiting").values(state="failed"))
    session.execute(update(Letter).where(theirs).values(recipient="", data={}))
