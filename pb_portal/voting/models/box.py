"""Who has voted and what was chosen: two sets of tables with no key between them.

Participation is keyed by voter_key = HMAC(register key, …); ballots by
ballot_key = HMAC(cycle ballot key, voter_key). Only a holder of the cycle's ballot key, which is
outside the database, can go from one to the other. No table here has a running number or a fine
time, and on SQLite none has a hidden row number: rows lie in the order of their keys. PostgreSQL
keeps the order of writing inside the file until `flask voting mix` rewrites the tables.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class Participation(Base):
    """That a person has voted in a cycle, through any channel: once."""

    __tablename__ = "voting_participation"
    __table_args__ = (
        CheckConstraint("channel IN ('portal', 'paper')", name="channel"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    voter_key: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    on: Mapped[date]
    mac: Mapped[str] = mapped_column(default="", server_default="")
    """`roll.participation_mac`: without the register's key nobody makes or alters a row."""


class Ballot(Base):
    """A cast ballot. Rows are only added: a changed vote is a new revision; the last counts."""

    __tablename__ = "voting_ballot"
    __table_args__ = (
        Index("ix_voting_ballot_count", "cycle_id", "area_id"),
        CheckConstraint("revision >= 1", name="revision"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    ballot_key: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    choices: Mapped[list[int]]
    """Proposal ids in the voter's order."""
    points: Mapped[list[int]] = mapped_column(default=list)
    """Points per choice for a points ballot; empty otherwise."""
    nonce: Mapped[str]
    leaf: Mapped[str] = mapped_column(unique=True)
    """Hex SHA-256(0x00 ‖ canonical ballot ‖ nonce); the receipt is made of it."""
