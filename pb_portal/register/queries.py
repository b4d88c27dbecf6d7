"""Reading the register: never a list of people, only one by key, and totals."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.register.models import RegisterEntry, RegisterState


def find_entry(session: Session, cycle_id: int, voter_key: str) -> RegisterEntry | None:
    """The resident of this key in a cycle's register."""
    return session.get(RegisterEntry, (cycle_id, voter_key))


def find_state(session: Session, cycle_id: int) -> RegisterState | None:
    """How many residents a cycle's register holds and whether it is frozen; None before loading."""
    return session.get(RegisterState, cycle_id)


def is_frozen(session: Session, cycle_id: int) -> bool:
    """Whether the register can no longer change, which the vote requires."""
    frozen_at = session.scalar(
        select(RegisterState.frozen_at).where(RegisterState.cycle_id == cycle_id)
    )
    return frozen_at is not None
