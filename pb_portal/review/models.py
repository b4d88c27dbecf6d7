"""What reviewers and the expert council wrote down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base
from pb_portal.proposals.models import Proposal


class ReviewOpinion(Base):
    """A reviewer's finding, on which the council decides. The newest one counts."""

    __tablename__ = "review_opinion"
    __table_args__ = (
        CheckConstraint("recommends IN ('admit', 'reject', 'return')", name="recommends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals_proposal.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime]
    recommends: Mapped[str]
    checklist: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Check code → yes, no or not_applicable."""
    reviewed_cost: Mapped[int | None] = mapped_column(BigInteger)
    remark: Mapped[str] = mapped_column(default="")

    reviewer: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class CouncilDecision(Base):
    """The expert council's decision on one proposal, as recorded by the secretary."""

    __tablename__ = "review_council_decision"
    __table_args__ = (
        CheckConstraint("outcome IN ('admit', 'reject')", name="outcome"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0", name="votes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals_proposal.id"), index=True)
    secretary_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime]
    sitting_on: Mapped[date]
    protocol_number: Mapped[str]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    outcome: Mapped[str]
    grounds: Mapped[list[str]] = mapped_column(default=list)
    sentence: Mapped[str] = mapped_column(default="")

    proposal: Mapped[Proposal] = relationship()
