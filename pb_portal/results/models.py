"""Counts, sealed until certified, and what each proposal got."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base
from pb_portal.proposals.models import Proposal


class CountRun(Base):
    """One run of the count of a cycle. Public only when certified; then it never changes."""

    __tablename__ = "results_count_run"
    __table_args__ = (
        CheckConstraint("state IN ('counted', 'certified', 'discarded')", name="state"),
        CheckConstraint("first_commissioner_id <> second_commissioner_id", name="four_eyes"),
        CheckConstraint(
            "state <> 'certified' OR imported OR (certified_at IS NOT NULL"
            " AND first_commissioner_id IS NOT NULL AND second_commissioner_id IS NOT NULL)",
            name="certified_by_two",
        ),
        Index(
            "uq_results_count_run_certified",
            "cycle_id",
            unique=True,
            sqlite_where=text("state = 'certified'"),
            postgresql_where=text("state = 'certified'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    state: Mapped[str] = mapped_column(default="counted")
    counted_at: Mapped[datetime]
    counted_by: Mapped[int | None]
    certified_at: Mapped[datetime | None]
    first_commissioner_id: Mapped[int | None]
    second_commissioner_id: Mapped[int | None]
    rule: Mapped[str]
    input_digest: Mapped[str]
    """SHA-256 of everything counted, mixed with the lot's seed so that it gives nothing away
    before the seed is published; for an imported election, of its file."""
    result_digest: Mapped[str] = mapped_column(default="")
    rules_digest: Mapped[str] = mapped_column(default="")
    lot_seed: Mapped[str] = mapped_column(default="")
    """Copied here when certified; public from then on."""
    ledger_root: Mapped[str] = mapped_column(default="")
    imported: Mapped[bool] = mapped_column(default=False)
    """From a published file: certified elsewhere, so no commissioners of ours."""
    official: Mapped[bool] = mapped_column(default=False)
    """True for an imported election whose winners are the file's own."""
    turnout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """voters, ballots, blank, channels; for an imported election `differs`: numbers the rule
    decides otherwise."""
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What commissioners certify on: code → whether it holds, with figures, no result."""

    areas: Mapped[list[AreaResult]] = relationship(
        cascade="all, delete-orphan", order_by="AreaResult.id"
    )


class CountJob(Base):
    """One request to count: watched while it runs, taken up again when its worker dies."""

    __tablename__ = "results_count_job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index(
            "uq_results_count_job_open",
            "cycle_id",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    state: Mapped[str] = mapped_column(default="queued")
    step: Mapped[str] = mapped_column(default="queued")
    """queued, reading, counting, storing or done."""
    progress: Mapped[int] = mapped_column(default=0)
    areas_done: Mapped[int] = mapped_column(default=0)
    areas: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(default="")
    """Who holds the lease: a random name of this taking up."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    """Code of the refusal that ended it."""
    error_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("results_count_run.id"))


class AreaResult(Base):
    """The count of one area."""

    __tablename__ = "results_area"
    __table_args__ = (UniqueConstraint("run_id", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("results_count_run.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    budget: Mapped[int] = mapped_column(BigInteger)
    spent: Mapped[int] = mapped_column(BigInteger)
    """What winners take from the budget."""
    outside: Mapped[int] = mapped_column(BigInteger, default=0)
    """What winners are paid from other money."""
    ballots: Mapped[int]
    cut_off: Mapped[int | None] = mapped_column(BigInteger)
    """Score of the last winner."""
    rule: Mapped[str] = mapped_column(default="")
    """Empty in counts from before areas could have rules of their own."""
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the rule came to: the endowment of equal shares and the like."""


class ProposalResult(Base):
    """What one proposal got, whether it won, and the one reason as code and figures."""

    __tablename__ = "results_proposal"
    __table_args__ = (UniqueConstraint("run_id", "proposal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(
        ForeignKey("results_count_run.id", ondelete="CASCADE"), index=True
    )
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals_proposal.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    votes: Mapped[int]
    score: Mapped[int] = mapped_column(BigInteger)
    rank: Mapped[int]
    cost: Mapped[int] = mapped_column(BigInteger)
    selected: Mapped[bool]
    reason: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)

    proposal: Mapped[Proposal] = relationship()


class Margin(Base):
    """How far a proposal of a certified count was from the other outcome: found by full recounts
    after the certification. Rows are only added."""

    __tablename__ = "results_margin"

    run_id: Mapped[int] = mapped_column(ForeignKey("results_count_run.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals_proposal.id"), primary_key=True)
    more_voters: Mapped[int | None]
    """With so many more voters a loser would have won; None: with no number of them."""
    top_cost: Mapped[int | None] = mapped_column(BigInteger)
    """The highest cost at which it would have won; None: at none."""


class Alternative(Base):
    """What another rule would have given in an area of a certified count. Rows are only added."""

    __tablename__ = "results_alternative"

    run_id: Mapped[int] = mapped_column(ForeignKey("results_count_run.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    """winners (numbers), cost, happy (voters with a winner), voters; or unfit."""


class ResultBundle(Base):
    """The signed file of a certified count, kept for good."""

    __tablename__ = "results_bundle"

    run_id: Mapped[int] = mapped_column(ForeignKey("results_count_run.id"), primary_key=True)
    sha256: Mapped[str]
    public_key: Mapped[str]
    data: Mapped[bytes] = mapped_column(deferred=True)


class AuditRun(Base):
    """The outcome of one audit of a vote: what holds and where not, never a figure. Only added."""

    __tablename__ = "results_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    at: Mapped[datetime]
    holds: Mapped[bool]
    findings: Mapped[list[dict[str, Any]]]
