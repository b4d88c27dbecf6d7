"""Counting wrong passwords and codes in the database, so that many workers count together."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pb_portal.accounts.factors.models import WrongTries
from pb_portal.domain.guessing import FORGOTTEN_AFTER, still_to_wait
from pb_portal.domain.refusal import Pause


def name_of(key: str, *parts: str) -> str:
    """The keyed name of a counter."""
    return hmac.digest(key.encode(), "\x1f".join(("tries", *parts)).encode(), "sha256").hex()


def claim(session: Session, name: str, at: datetime) -> None:
    """Count a try as wrong before it is looked at; `forgive` takes it back when it was right.

    Tries at the same moment wait for each other here, so none slips through. Refuses
    (`account.slow_down`) while the pause after the last mistakes lasts; that costs nothing more.
    """
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = kind.insert(WrongTries).values(name=name, failures=0, last_at=at)
    session.execute(made.on_conflict_do_nothing())
    row = session.scalars(
        select(WrongTries)
        .where(WrongTries.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    left = still_to_wait(row.failures, row.last_at, at)
    if left:
        raise Pause("account.slow_down", seconds=left.total_seconds(), at=at)
    if at - row.last_at >= FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_at = at


def note(session: Session, name: str, at: datetime) -> None:
    """The try was wrong. It is counted already; that this writes, for an account that is there or
    not, keeps both as slow as each other."""
    session.execute(update(WrongTries).where(WrongTries.name == name).values(last_at=at))


def forgive(session: Session, name: str) -> None:
    """The try was right: the mistakes before it no longer count."""
    session.execute(delete(WrongTries).where(WrongTries.name == name))


def tidy(session: Session, at: datetime) -> None:
    """Forget mistakes that cost nobody time any more."""
    session.execute(delete(WrongTries).where(WrongTries.last_at <= at - FORGOTTEN_AFTER))
