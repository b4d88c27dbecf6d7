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
    """voters, ballots, blank; for an imported election `differs`: numbers the rule decides
    otherwise."""
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What commissioners certify on: code → whether it holds, with figures, no result."""

    areas: Mapped[list[AreaResult]] = relationship(
        cascade="all, delete-orphan", order_by="AreaResult.id"
    )


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
