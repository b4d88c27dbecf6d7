"""Members, sittings and what stands on their agenda."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.cycles.models import Cycle
from pb_portal.db import Base
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal


class CouncilMember(Base):
    """Somebody who sits on the expert council; one who has left stays on old protocols."""

    __tablename__ = "review_council_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    office: Mapped[str] = mapped_column(default="")
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(default=False)


PRESENT = Table(
    "review_sitting_present",
    Base.metadata,
    Column("sitting_id", ForeignKey("review_sitting.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", ForeignKey("review_council_member.id"), primary_key=True),
)


class CouncilSitting(Base):
    """One sitting. While open it is the secretary's draft; once signed, `protocol` is final."""

    __tablename__ = "review_sitting"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint("state IN ('open', 'signed')", name="state"),
        CheckConstraint(
            "(state = 'signed') = (protocol_digest IS NOT NULL)", name="signed_with_protocol"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"))
    """A district's own council; None is the city's."""
    number: Mapped[str]
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(default="")
    chair_id: Mapped[int] = mapped_column(ForeignKey("review_council_member.id"))
    state: Mapped[str] = mapped_column(default="open", index=True)
    opened_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    opened_at: Mapped[datetime]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    signed_at: Mapped[datetime | None]
    protocol: Mapped[dict[str, Any]] = mapped_column(default=dict)
    protocol_digest: Mapped[str | None]
    """SHA-256 of the protocol's canonical JSON."""
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle] = relationship()
    area: Mapped[Area | None] = relationship()
    chair: Mapped[CouncilMember] = relationship(foreign_keys=chair_id)
    present: Mapped[list[CouncilMember]] = relationship(
        secondary=PRESENT, order_by=(CouncilMember.name, CouncilMember.id)
    )
    items: Mapped[list[AgendaItem]] = relationship(
        order_by="AgendaItem.sort, AgendaItem.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}


class AgendaItem(Base):
    """One file before a sitting, and what the council decided on it; nothing applies unsigned."""

    __tablename__ = "review_agenda_item"
    __table_args__ = (
        UniqueConstraint("sitting_id", "proposal_id"),
        Index("ix_review_agenda_item_proposal", "proposal_id"),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('admit', 'reject', 'postpone')", name="outcome"
        ),
        CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0", name="votes"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("review_sitting.id", ondelete="CASCADE"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals_proposal.id"))
    sort: Mapped[int]
    outcome: Mapped[str | None]
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    votes_abstained: Mapped[int] = mapped_column(default=0)
    conflicted: Mapped[list[int]] = mapped_column(default=list)
    """Members present who declared a conflict of interest and did not vote."""
    grounds: Mapped[list[str]] = mapped_column(default=list)
    sentence: Mapped[str] = mapped_column(default="")
    seen_version: Mapped[int | None]
    """Which state of the file the council decided on."""
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("review_council_decision.id"))

    proposal: Mapped[Proposal] = relationship()
    sitting: Mapped[CouncilSitting] = relationship(back_populates="items")
