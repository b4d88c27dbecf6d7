"""What reviewers and the expert council wrote down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
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
    grounds: Mapped[list[str]] = mapped_column(default=list)
    """On which rejecting is recommended."""

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
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("review_sitting.id"), index=True)
    """None for decisions taken over from elsewhere."""

    proposal: Mapped[Proposal] = relationship()


class SavedFilter(Base):
    """A view of the queue that a member of staff kept under a name."""

    __tablename__ = "review_saved_filter"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[dict[str, str]] = mapped_column(default=dict)
    """What stands in the address of the queue."""


class ReviewNote(Base):
    """Words among staff about a file. No public page, address or export ever holds one."""

    __tablename__ = "review_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime]
    body: Mapped[str]

    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Presence(Base):
    """Who has a file open: told to whoever opens it next."""

    __tablename__ = "review_presence"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True
    )
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class KeptFinding(Base):
    """A finding begun and put aside: what was typed, for this reviewer alone."""

    __tablename__ = "review_kept_finding"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime]
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Reminder(Base):
    """A reminder of a due date that was sent, so that each is sent once."""

    __tablename__ = "review_reminder"
    __table_args__ = (CheckConstraint("stage IN ('before', 'today')", name="stage"),)

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    stage: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Batch(Base):
    """A list that was read and checked and waits for "apply": decisions or paper applications."""

    __tablename__ = "review_batch"
    __table_args__ = (CheckConstraint("kind IN ('findings', 'paper')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles_cycle.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Emptied when it is applied, and after a day."""
    applied_at: Mapped[datetime | None]


class Mailing(Base):
    """A letter to the authors of a part of the files."""

    __tablename__ = "review_mailing"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime]
    segment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    subjects: Mapped[dict[str, str]] = mapped_column(default=dict)
    bodies: Mapped[dict[str, str]] = mapped_column(default=dict)
    sent_at: Mapped[datetime | None]
    recipients: Mapped[int] = mapped_column(default=0)
