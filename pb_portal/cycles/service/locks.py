"""Locks on a cycle and its phases."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle, Phase


def lock_phase(session: Session, cycle_id: int, kind: str) -> Phase | None:
    """Read a phase under a row lock, so that its end cannot move during the transaction.

    SQLite holds the whole write lock already.
    """
    return session.scalars(
        select(Phase)
        .where(Phase.cycle_id == cycle_id, Phase.kind == kind)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def hold_cycle(session: Session, cycle_id: int) -> None:
    """Let one act at a time go on about a cycle, until the transaction ends.

    The lock is one that foreign keys to the cycle do not wait for: a ballot on its way holds the
    phase and needs the cycle's key, so a full lock here and the phase's after it would deadlock.
    """
    session.execute(
        select(Cycle.id).where(Cycle.id == cycle_id).with_for_update(key_share=True)
    ).one()
