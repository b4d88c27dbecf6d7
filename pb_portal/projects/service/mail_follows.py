"""Following by e-mail without an account: asked for, confirmed by a letter, stopped by a link.

What the page answers is the same whether the address was known or not.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import take_turn
from pb_portal.domain.addresses import canonical_address
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.letter_kinds import Rhythm
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.outbox.choices import choose_rhythm
from pb_portal.projects.models import MailFollow, Project
from pb_portal.projects.service.letters import stop_path
from pb_portal.seals.service import delete_rows

RHYTHMS = ("each", "daily", "weekly")
LIFE = timedelta(days=7)
"""How long a letter can be confirmed."""
AGAIN = timedelta(days=1)
"""How soon the same address is written to again about the same project."""
USUAL_CAPS = LetterCaps()
MOST_UNCONFIRMED = 5
"""Letters an address gets before it has confirmed any."""


def ask(
    session: Session,
    by: Signature,
    project: Project,
    *,
    email: str,
    locale: str,
    rhythm: str,
    caps: LetterCaps = USUAL_CAPS,
) -> None:
    """Send the letter that asks to confirm; to a stranger's address at most a few."""
    address = email.strip().lower()
    chosen = rhythm if rhythm in RHYTHMS else "each"
    take_turn(session, f"letters to {canonical_address(address)}")
    row = session.scalars(
        select(MailFollow)
        .where(MailFollow.project_id == project.id, MailFollow.email == address)
        .with_for_update()
    ).one_or_none()
    if row is not None and row.asked_at > by.at - AGAIN:
        return
    if row is None and _unconfirmed(session, address) >= MOST_UNCONFIRMED:
        return
    if not outbox.claim_letter(session, by, "follow", recipient=address, caps=caps):
        return
    if row is None:
        row = MailFollow(
            project_id=project.id,
            email=address,
            locale=locale,
            token=secrets.token_urlsafe(24),
            rhythm=chosen,
            asked_at=by.at,
        )
        session.add(row)
    elif row.confirmed_at is None:
        row.locale, row.rhythm = locale, chosen
    row.asked_at = by.at
    session.flush()
    outbox.post(
        session,
        by,
        "mail_follow",
        recipient=address,
        locale=locale,
        number=project.number,
        title=project.title,
        known=row.confirmed_at is not None,
        link=stop_path(row),
    )


def _unconfirmed(session: Session, address: str) -> int:
    query = select(func.count(MailFollow.id)).where(
        MailFollow.email == address, MailFollow.confirmed_at.is_(None)
    )
    return session.scalar(query) or 0


def find(session: Session, token: str, at: datetime) -> MailFollow | None:
    """The follow behind a link, unless it was stopped or has waited too long."""
    row = session.scalars(select(MailFollow).where(MailFollow.token == token[:64])).one_or_none()
    if row is None or (row.confirmed_at is None and row.asked_at < at - LIFE):
        return None
    return row


def confirm(session: Session, by: Signature, token: str) -> MailFollow:
    """Begin the letters."""
    row = _live(session, by, token)
    if row.confirmed_at is None:
        row.confirmed_at = row.digested_at = by.at
        choose_rhythm(session, row.email, "projects", Rhythm.EACH, by.at)
        _log(session, by, row, "project.mail_followed")
    return row


def set_rhythm(session: Session, by: Signature, token: str, rhythm: str) -> MailFollow:
    """A letter at each step, or one a day or a week."""
    row = _live(session, by, token)
    if rhythm not in RHYTHMS:
        raise Refusal("follow.no_rhythm", field="rhythm")
    row.rhythm, row.digested_at = rhythm, by.at
    return row


def stop(session: Session, by: Signature, token: str) -> MailFollow:
    """End the letters and forget the address."""
    row = _live(session, by, token)
    _log(session, by, row, "project.mail_unfollowed")
    session.delete(row)
    return row


def forget_unconfirmed(session: Session, at: datetime) -> None:
    """Forget addresses that never confirmed."""
    old = delete(MailFollow).where(
        MailFollow.confirmed_at.is_(None), MailFollow.asked_at < at - LIFE
    )
    delete_rows(session, old, "never confirmed")


def _live(session: Session, by: Signature, token: str) -> MailFollow:
    row = find(session, token, by.at)
    if row is not None:
        row = session.get(MailFollow, row.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Refusal("follow.link_dead")
    return row


def _log(session: Session, by: Signature, row: MailFollow, action: str) -> None:
    audit.record(session, by, action, ("project", row.project_id))
