"""Claiming letters that are due, and recording what became of them.

A letter is claimed in one transaction, sent outside any, and recorded in another. A worker that
dies in between leaves the claim, which runs out: the letter goes out at least once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox import service as outbox
from pb_portal.outbox.models import Letter

BATCH = 25
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = {"email": 14, "sms": 4}
LONGEST_WAIT = timedelta(hours=6)
KEPT = {"email": timedelta(days=30), "sms": timedelta(days=1)}
"""How long a letter keeps whom it went to: a text message holds a code and the phone of a voter."""


@dataclass(frozen=True)
class Claim:
    """A letter this worker may send until its claim runs out."""

    id: int
    channel: str
    recipient: str
    locale: str
    template: str
    data: dict[str, Any]
    created_at: datetime
    expires_at: datetime | None = None


class Result(Protocol):
    """What became of a claimed letter."""

    @property
    def letter_id(self) -> int: ...
    @property
    def result(self) -> str: ...
    @property
    def reference(self) -> str: ...


def claim(session: Session, at: datetime, *, limit: int = BATCH) -> list[Claim]:
    """Take letters that are due, so that no other worker sends them for a while."""
    _drop_expired(session, at)
    rows = session.scalars(
        select(Letter)
        .where(Letter.state == "waiting", Letter.due_at <= at)
        .order_by(Letter.due_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for letter in rows:
        letter.attempts += 1
        letter.due_at = at + LEASE
    return [
        Claim(
            row.id,
            row.channel,
            row.recipient,
            row.locale,
            row.template,
            row.data,
            row.created_at,
            row.expires_at,
        )
        for row in rows
    ]


def _drop_expired(session: Session, at: datetime) -> None:
    """What came too late to be of use is not sent, and keeps nothing of its reader."""
    session.execute(
        update(Letter)
        .where(Letter.state == "waiting", Letter.due_at <= at, Letter.expires_at <= at)
        .values(state="failed", recipient="", data={})
    )


def any_worthless(session: Session, at: datetime) -> bool:
    """Whether text messages wait to be removed."""
    return bool(session.scalar(select(exists().where(_worthless(at)))))


def _worthless(at: datetime) -> ColumnElement[bool]:
    return (Letter.channel == "sms") & (Letter.expires_at <= at) & (Letter.state != "waiting")


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time."""
    return min(timedelta(minutes=2 ** min(max(attempts - 1, 0), 12)), LONGEST_WAIT)


def record(session: Session, results: Iterable[Result], at: datetime) -> None:
    """Write down what became of claimed letters: sent, to be tried again, or failed for good."""
    for outcome in results:
        letter = session.get(Letter, outcome.letter_id)
        if letter is None or letter.state != "waiting":
            continue
        if outcome.result == "sent":
            letter.state, letter.sent_at = "sent", at
        elif outcome.result == "expired":
            letter.state, letter.recipient, letter.data = "failed", "", {}
        elif outcome.result == "never" or letter.attempts >= MOST_ATTEMPTS[letter.channel]:
            letter.state = "failed"
            audit.record(
                session,
                Signature(SYSTEM, at),
                "letter.failed",
                ("letter", outcome.reference),
                template=letter.template,
                channel=letter.channel,
                attempts=letter.attempts,
            )
        else:
            letter.due_at = at + wait_after(letter.attempts)


def put_in_box(session: Session, at: datetime) -> None:
    """In a sample city letters are not sent but land in the portal's letter box."""
    session.execute(
        update(Letter)
        .where(Letter.state == "waiting", Letter.due_at <= at)
        .values(state="boxed", sent_at=at)
    )


def forget(session: Session, at: datetime) -> None:
    """Remove text messages that are worth nothing any more, with their phone and time, and the
    personal data of other old letters that went out or could not."""
    outbox.forget_claims(session, at)
    session.execute(delete(Letter).where(_worthless(at)))
    for channel, kept in KEPT.items():
        session.execute(
            update(Letter)
            .where(Letter.channel == channel, Letter.state != "waiting", Letter.recipient != "")
            .where(Letter.created_at < at - kept)
            .values(recipient="", data={})
        )
