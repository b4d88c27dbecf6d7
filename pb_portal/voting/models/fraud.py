"""The tables of the fraud desk. No row here names a voter: keys are sealed with a key that is
outside the database, so that a copy of it joins no vote with a person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base


class VoteTrace(Base):
    """How a voter's last vote came in, sealed: hashes of address and device, the hour, the year
    of birth. Kept 90 days. It is written over by a changed vote, so that the number of rows tells
    nothing about who changed a vote."""

    __tablename__ = "voting_trace"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """HMAC(trace key, voter key)."""
    on: Mapped[date]
    sealed: Mapped[str]


class FraudFlag(Base):
    """A sign about a group of votes, found again by every run under the same subject."""

    __tablename__ = "voting_fraud_flag"
    __table_args__ = (
        UniqueConstraint("cycle_id", "kind", "subject", name="uq_voting_fraud_flag_subject"),
        CheckConstraint("severity IN ('low', 'medium', 'high')", name="severity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    severity: Mapped[str]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    members: Mapped[str]
    """Sealed list of voter keys; empty once forgotten."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("voting_fraud_case.id"), index=True)


class FraudCase(Base):
    """What staff make of one or more flags."""

    __tablename__ = "voting_fraud_case"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'watching', 'proposed', 'dismissed', 'voided')", name="state"
        ),
        Index("ix_voting_fraud_case_cycle", "cycle_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"))
    state: Mapped[str] = mapped_column(default="open")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    opened_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    flags: Mapped[list[FraudFlag]] = relationship(order_by=FraudFlag.id)
    notes: Mapped[list[FraudNote]] = relationship(order_by="FraudNote.id")

    __mapper_args__ = {"version_id_col": version}


class FraudNote(Base):
    """One line of a case's history: a note, or a change of state with its reason. Only added."""

    __tablename__ = "voting_fraud_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("voting_fraud_case.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    action: Mapped[str]
    text: Mapped[str] = mapped_column(default="")


class FraudMember(Base):
    """A vote of a case, under a number that says nothing."""

    __tablename__ = "voting_fraud_member"
    __table_args__ = {"sqlite_with_rowid": False}

    case_id: Mapped[int] = mapped_column(ForeignKey("voting_fraud_case.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """As in `voting_trace`."""
    sealed: Mapped[str]


class FraudSettings(Base):
    """A cycle's thresholds and its shared addresses, and when the votes were last looked at."""

    __tablename__ = "voting_fraud_settings"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    thresholds: Mapped[dict[str, int]] = mapped_column(default=dict)
    shared: Mapped[list[str]] = mapped_column(default=list)
    """Networks of the city's own places: one address, or a whole /24 or /48."""
    looked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When the result was certified: nothing becomes void after it."""


class VoidedBallot(Base):
    """A ballot that two people declared void. Rows are only added; the ballot itself stays.

    `through` is the ballot's last revision at that moment: nothing up to it counts.
    """

    __tablename__ = "voting_void"
    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
        CheckConstraint("through >= 1", name="through"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    ballot_key: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("voting_fraud_case.id"))
    reason: Mapped[str]
    sentence: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    approved_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    nonce: Mapped[str]
    leaf: Mapped[str] = mapped_column(unique=True)


class RestoredVote(Base):
    """That a person whose ballot was void may vote once more, before an operator. Only added."""

    __tablename__ = "voting_void_restored"
    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    ballot_key: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[int] = mapped_column(primary_key=True)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    approved_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
