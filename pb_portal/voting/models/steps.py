"""How many people came to each step of a vote, by day; no row is about a person."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class StepCount(Base):
    """A worker's share of a count: each worker adds to rows of its own (`shard`), so that none
    waits for another."""

    __tablename__ = "voting_step"
    __table_args__ = (
        CheckConstraint("people >= 0", name="people"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    how: Mapped[str] = mapped_column(primary_key=True)
    """By which kind of proof, as the voter's session names it; empty before one is chosen."""
    shard: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[int]
