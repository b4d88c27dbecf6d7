"""Putting letters into the outbox. Sending is the mailer's work, never the request's."""

from __future__ import annotations

from typing import Any

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
    **data: Any,
) -> Letter:
    """Queue a letter: `post(session, by, "proposal_returned", recipient=email, locale="kk", …)`.

    `template` names `templates/emails/<template>.txt`; `data` must be JSON. Paths in `data` are
    relative; the mailer makes them absolute.
    """
    letter = Letter(
        channel=channel,
        recipient=recipient,
        locale=locale,
        template=template,
        data=data,
        created_at=by.at,
        due_at=by.at,
    )
    session.add(letter)
    return letter
