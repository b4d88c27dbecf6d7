"""Polling points, batches of ballots, and what was read from them.

No table here holds a voter, and the number of a ballot is never kept with the person it was
handed to: people stand in `voting_participation` alone, with the channel "paper".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import Base, LocalText
from pb_portal.domain.polling import INVALID, UNDERWAY, BatchState, Equation, Verdict
from pb_portal.files.models import StoredFile
from pb_portal.places.models import Area


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(str(one)) for one in values)})"


CHARGE = Table(
    "voting_paper_charge",
    Base.metadata,
    Column("point_id", ForeignKey("voting_paper_point.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("accounts_person.id"), primary_key=True),
)


class PollingPoint(Base):
    """A place where residents of one district vote on paper."""

    __tablename__ = "voting_paper_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    names: Mapped[LocalText]
    addresses: Mapped[LocalText]
    hours: Mapped[LocalText]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    closed_at: Mapped[datetime | None]
    """Taken off the public list; its batches go their way."""
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle] = relationship()
    area: Mapped[Area] = relationship()
    in_charge: Mapped[list[Person]] = relationship(secondary=CHARGE, order_by=Person.id)

    __mapper_args__ = {"version_id_col": version}


class HandedOut(Base):
    """How many people were handed a paper at a point on a day; whom, it does not say."""

    __tablename__ = "voting_paper_handed"
    __table_args__ = (
        CheckConstraint("taken_back >= 0 AND handed >= taken_back", name="figures"),
        {"sqlite_with_rowid": False},
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("voting_paper_point.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    handed: Mapped[int] = mapped_column(default=0)
    taken_back: Mapped[int] = mapped_column(default=0)
    mac: Mapped[str] = mapped_column(default="", server_default="")
    """`roll.handed_mac` of these figures."""


class PaperRecord(Base):
    """What was handed out up to a day, signed and blinded (`paper.records`). Only added."""

    __tablename__ = "voting_paper_record"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through: Mapped[date]
    """The last day it covers."""
    closing: Mapped[bool]
    """Made after the close, with every figure of the vote."""
    at: Mapped[datetime]
    commitment: Mapped[str]
    contents: Mapped[bytes]
    """The figures, enciphered."""
    previous: Mapped[str]
    """SHA-256 of the record before this one, its signature included; empty for the first."""
    public_key: Mapped[str]
    signature: Mapped[str]


class Batch(Base):
    """Ballots with the numbers `first` to `last`. Once returned its equation always holds."""

    __tablename__ = "voting_paper_batch"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        UniqueConstraint("cycle_id", "first"),
        CheckConstraint(_one_of("state", BatchState), name="state"),
        CheckConstraint("first >= 1 AND last >= first", name="numbers"),
        CheckConstraint(
            "cast_count IS NULL OR (cast_count >= 0 AND spoiled >= 0 AND unused >= 0 AND"
            " missing >= 0 AND cast_count + spoiled + unused + missing = last - first + 1)",
            name="equation",
        ),
        CheckConstraint(
            "state IN ('printed', 'issued', 'set_aside') OR cast_count IS NOT NULL", name="returned"
        ),
        CheckConstraint("received_by IS NULL OR received_by <> issued_by", name="handed_over"),
        CheckConstraint(
            "missing_agreed_by IS NULL OR missing_agreed_by <> returned_by", name="four_eyes"
        ),
        CheckConstraint(
            "state <> 'accepted' OR missing = 0 OR missing_agreed_by IS NOT NULL", name="explained"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"))
    point_id: Mapped[int] = mapped_column(ForeignKey("voting_paper_point.id"), index=True)
    number: Mapped[int]
    first: Mapped[int]
    last: Mapped[int]
    papers: Mapped[list[int]]
    """Proposal ids in the order in which they are printed."""
    state: Mapped[str] = mapped_column(default=BatchState.PRINTED, index=True)
    printed_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    printed_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    issued_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    returned_at: Mapped[datetime | None]
    cast_count: Mapped[int | None]
    spoiled: Mapped[int | None]
    unused: Mapped[int | None]
    missing: Mapped[int | None]
    missing_reason: Mapped[str] = mapped_column(default="")
    missing_agreed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    corrections: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Former figures of the equation, with who replaced them and when."""
    outcome: Mapped[dict[str, int]] = mapped_column(default=dict)
    """How many ballots had each verdict, once accepted."""
    version: Mapped[int] = mapped_column(default=1)

    point: Mapped[PollingPoint] = relationship()
    cycle: Mapped[Cycle] = relationship()
    keyers: Mapped[list[Keyer]] = relationship(order_by="Keyer.round")
    scans: Mapped[list[Scan]] = relationship(order_by="Scan.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def size(self) -> int:
        """How many ballots it has."""
        return self.last - self.first + 1

    @property
    def is_underway(self) -> bool:
        """Whether it was given out and nothing was decided on it."""
        return self.state in UNDERWAY

    @property
    def equation(self) -> Equation | None:
        """What became of its ballots; None before it was returned."""
        if self.cast_count is None:
            return None
        return Equation(self.cast_count, self.spoiled or 0, self.unused or 0, self.missing or 0)

    @property
    def valid(self) -> int:
        """How many of its ballots lie in the box."""
        return self.outcome.get(Verdict.VALID, 0)

    @property
    def invalid(self) -> int:
        """How many of its ballots were accepted as invalid."""
        return sum(self.outcome.get(verdict, 0) for verdict in INVALID)


class Keyer(Base):
    """Who types a batch: rounds 1 and 2 all of it, round 3 what they read differently. The
    database refuses one person in two rounds."""

    __tablename__ = "voting_paper_keyer"
    __table_args__ = (
        UniqueConstraint("batch_id", "person_id"),
        CheckConstraint("round IN (1, 2, 3)", name="round"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("voting_paper_batch.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Keying(Base):
    """One ballot as one person read it. Rows are only added: a correction is a new revision."""

    __tablename__ = "voting_paper_keying"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "round"], ["voting_paper_keyer.batch_id", "voting_paper_keyer.round"]
        ),
        CheckConstraint(_one_of("verdict", Verdict), name="verdict"),
        CheckConstraint("verdict <> 'absent' OR round = 3", name="absent"),
        CheckConstraint("revision >= 1", name="revision"),
        {"sqlite_with_rowid": False},
    )

    batch_id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    choices: Mapped[list[int]]
    points: Mapped[list[int]]
    at: Mapped[datetime]


class Scan(Base):
    """A page of a batch as a picture or PDF, for those who work on the batch."""

    __tablename__ = "voting_paper_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("voting_paper_batch.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files_stored.id"), unique=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    added_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship()


class PaperClosing(Base):
    """The result of a cycle is certified: no paper enters its box any more."""

    __tablename__ = "voting_paper_closing"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    at: Mapped[datetime]
