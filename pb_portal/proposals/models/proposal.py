"""A proposal with its estimate, pictures and history."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Category, Cycle, TypicalWork
from pb_portal.db import Base, ShownText
from pb_portal.domain.money import line_sum
from pb_portal.files.models import StoredFile
from pb_portal.places.models import Area

if TYPE_CHECKING:
    from pb_portal.proposals.models.coauthor import Coauthor

STATES = (
    "'draft','submitted','in_review','returned','resubmitted','admitted','rejected',"
    "'appealed','withdrawn','merged','selected','not_selected'"
)

LOTS = 1_000_000
_FILTERED = ("status", "area_id", "category_id")


class Proposal(Base):
    """A resident's proposal. `cost` is the author's estimate, `reviewed_cost` the reviewer's."""

    __tablename__ = "proposals_proposal"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint(f"status IN ({STATES})", name="status"),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint("origin IN ('portal', 'paper')", name="origin"),
        CheckConstraint("(status = 'draft') = (number IS NULL)", name="number"),
        Index(
            "ix_proposals_proposal_list",
            *("cycle_id", "status", "area_id", "category_id", "listed_price"),
        ),
        Index("ix_proposals_proposal_queue", "status", "area_id", "due_at"),
        Index("ix_proposals_proposal_lot", "cycle_id", "lot", "id", *_FILTERED, "listed_price"),
        Index(
            "ix_proposals_proposal_supports",
            *("cycle_id", "supports_count", "id", *_FILTERED, "listed_price"),
        ),
        Index("ix_proposals_proposal_price", "cycle_id", "listed_price", "id", *_FILTERED),
        Index(
            "ix_proposals_proposal_map",
            *("cycle_id", "lat", "lon", "status", "area_id", "category_id", "listed_price", "id"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    number: Mapped[int | None]
    """Running number within the cycle, given at submission."""
    external_id: Mapped[str] = mapped_column(default="")
    """project_id of an imported election."""
    origin: Mapped[str] = mapped_column(default="portal", server_default="portal")
    """Where it came from: the portal, or paper that the registrar entered."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    language: Mapped[str] = mapped_column(default="ru")
    title: Mapped[str] = mapped_column(ShownText, default="")
    problem: Mapped[str] = mapped_column(default="")
    solution: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("cycles_category.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"), index=True)
    cost: Mapped[int] = mapped_column(BigInteger, default=0)
    reviewed_cost: Mapped[int | None] = mapped_column(BigInteger)
    listed_price: Mapped[int] = mapped_column(BigInteger, default=0)
    """`price` in a column of its own, for filters and orders; written with every change."""
    status: Mapped[str] = mapped_column(default="draft")
    search_text: Mapped[str] = mapped_column(default="")
    """Folded and stemmed words, the same on both databases."""
    supports_count: Mapped[int] = mapped_column(default=0)
    comments_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    due_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposals_proposal.id"))
    is_sample: Mapped[bool] = mapped_column(default=False)
    lot: Mapped[int] = mapped_column(default=lambda: secrets.randbelow(LOTS))
    """Its place in the random order, which starts from another point every day."""
    version: Mapped[int] = mapped_column(default=1)
    revises_id: Mapped[int | None] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), unique=True
    )
    """Of a working copy: the returned proposal whose text it is going to replace."""

    cycle: Mapped[Cycle] = relationship()
    area: Mapped[Area | None] = relationship()
    category: Mapped[Category | None] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=author_id)
    revises: Mapped[Proposal | None] = relationship(foreign_keys=revises_id, remote_side=id)
    coauthors: Mapped[list[Coauthor]] = relationship(
        order_by="Coauthor.id", cascade="all, delete-orphan", back_populates="proposal"
    )
    reviewer: Mapped[Person | None] = relationship(foreign_keys=reviewer_id)
    pictures: Mapped[list[ProposalPicture]] = relationship(
        order_by="ProposalPicture.sort", cascade="all, delete-orphan"
    )
    lines: Mapped[list[EstimateLine]] = relationship(
        order_by="EstimateLine.sort", cascade="all, delete-orphan"
    )
    events: Mapped[list[ProposalEvent]] = relationship(
        order_by="ProposalEvent.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def price(self) -> int:
        """What the vote and the count go by: the reviewed cost, else the author's."""
        return self.cost if self.reviewed_cost is None else self.reviewed_cost

    @property
    def public(self) -> Proposal:
        """The proposal itself: of a working copy the one it revises."""
        return self if self.revises is None else self.revises

    @property
    def written_by(self) -> frozenset[int]:
        """Everybody who writes it: the author and the co-authors who agreed."""
        root = self.public
        agreed = {one.person_id for one in root.coauthors if one.state == "agreed"}
        return frozenset(person for person in {root.author_id, *agreed} if person is not None)

    @property
    def authors(self) -> list[Person]:
        """The accounts of everybody who writes it."""
        root = self.public
        people = [root.author, *(one.person for one in root.coauthors if one.state == "agreed")]
        return [person for person in people if person is not None]

    @property
    def represented(self) -> bool:
        """Whether the registrar acts for it: it was handed in, and none of its authors can act."""
        people = self.authors
        gone = all(person.blocked_at is not None for person in people)
        return self.public.number is not None and bool(people) and gone


class ProposalPicture(Base):
    """A photo of today's state or a sketch of the idea."""

    __tablename__ = "proposals_picture"
    __table_args__ = (CheckConstraint("kind IN ('photo', 'sketch')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(ForeignKey("files_stored.id"))
    kind: Mapped[str] = mapped_column(default="photo")
    caption: Mapped[str] = mapped_column(default="")
    sort: Mapped[int] = mapped_column(default=0)

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class EstimateLine(Base):
    """One line of the estimate. Quantity in thousandths of the unit, prices in whole tenge."""

    __tablename__ = "proposals_estimate_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price > 0", name="unit_price"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), index=True
    )
    work_id: Mapped[int | None] = mapped_column(ForeignKey("cycles_typical_work.id"))
    title: Mapped[str] = mapped_column(ShownText, default="")
    """The resident's own words for a line outside the catalogue."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why the catalogue does not do, for an own line."""
    unit: Mapped[str]
    unit_price: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    sort: Mapped[int] = mapped_column(default=0)

    work: Mapped[TypicalWork | None] = relationship(lazy="joined")

    @property
    def sum(self) -> int:
        """Price of the line in tenge."""
        return line_sum(self.unit_price, self.quantity)


class ProposalEvent(Base):
    """One step in the public life of a proposal. Written only with a change of status."""

    __tablename__ = "proposals_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), index=True
    )
    action: Mapped[str]
    origin: Mapped[str]
    target: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    actor_part: Mapped[str]
    """author, registrar, reviewer, secretary or system: what the public is told."""
    reason: Mapped[str] = mapped_column(default="")
    grounds: Mapped[list[str]] = mapped_column(default=list)
    actor: Mapped[Person | None] = relationship(foreign_keys=actor_id, viewonly=True)
    staff_seconds: Mapped[int | None]
    """With a decision: how long staff held the file, the author's time for rework left out."""
