"""Cycles, their phases, the areas' budgets, categories, typical works and rule books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base, LocalText
from pb_portal.places.models import Area


class Category(Base):
    """A kind of improvement. `code` names its icon and illustration."""

    __tablename__ = "cycles_category"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[LocalText]
    sort: Mapped[int] = mapped_column(default=0)
    sector: Mapped[str] = mapped_column(default="infrastructure")
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class TypicalWork(Base):
    """An entry of the city's catalogue of works, for the estimate builder."""

    __tablename__ = "cycles_typical_work"
    __table_args__ = (CheckConstraint("unit_price > 0", name="price"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("cycles_category.id"), index=True)
    names: Mapped[LocalText]
    unit: Mapped[str]
    """Code of the unit: piece, m, m2, m3, set."""
    unit_price: Mapped[int] = mapped_column(BigInteger)
    """Of a cycle that has no price of its own."""
    sort: Mapped[int] = mapped_column(default=0)
    notes: Mapped[LocalText] = mapped_column(default=dict)
    """What the price includes, in a sentence."""
    picture: Mapped[str] = mapped_column(default="")
    """Which drawing stands for it; the category's when empty."""
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class WorkPrice(Base):
    """What a typical work costs in one cycle."""

    __tablename__ = "cycles_work_price"
    __table_args__ = (CheckConstraint("unit_price > 0", name="price"),)

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    work_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_typical_work.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    unit_price: Mapped[int] = mapped_column(BigInteger)


class RejectionGround(Base):
    """A published ground of rejection. Rejections keep its code for ever."""

    __tablename__ = "cycles_ground"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[LocalText]
    sort: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ReviewQuestion(Base):
    """A question of a cycle's review checklist. A cycle without any asks the usual ones."""

    __tablename__ = "cycles_review_question"
    __table_args__ = (
        UniqueConstraint("cycle_id", "code"),
        CheckConstraint("part IN ('formal', 'merit')", name="part"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id", ondelete="CASCADE"))
    part: Mapped[str]
    code: Mapped[str]
    """Answers are kept under it."""
    names: Mapped[LocalText]
    sort: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Cycle(Base):
    """One round of participatory budgeting."""

    __tablename__ = "cycles_cycle"
    __table_args__ = (CheckConstraint("cap IS NULL OR cap > 0", name="cap"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    names: Mapped[LocalText]
    year: Mapped[int]
    city: Mapped[str]
    """Which city's areas it uses; the slug itself for an imported election."""
    currency: Mapped[str] = mapped_column(default="KZT")
    minor_units: Mapped[int] = mapped_column(default=0)
    """Decimal places of the stored amounts: 0 for whole tenge."""
    cap: Mapped[int | None] = mapped_column(BigInteger)
    is_sample: Mapped[bool] = mapped_column(default=False)
    is_imported: Mapped[bool] = mapped_column(default=False)
    source: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    """For an imported election: what its file says beyond the columns, and its digest."""
    created_at: Mapped[datetime]

    phases: Mapped[list[Phase]] = relationship(
        order_by="Phase.starts_at", cascade="all, delete-orphan", back_populates="cycle"
    )
    areas: Mapped[list[CycleArea]] = relationship(
        cascade="all, delete-orphan", order_by="CycleArea.id"
    )
    rule_book: Mapped[RuleBookRow | None] = relationship(cascade="all, delete-orphan")


class Phase(Base):
    """A dated phase; it opens and closes by the clock. The end is exclusive."""

    __tablename__ = "cycles_phase"
    __table_args__ = (
        UniqueConstraint("cycle_id", "kind"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id", ondelete="CASCADE"))
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    original_ends_at: Mapped[datetime | None]
    """Set when the phase was extended: the end first published."""
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle] = relationship(back_populates="phases")

    __mapper_args__ = {"version_id_col": version}


class CycleArea(Base):
    """An area taking part in a cycle, with its budget."""

    __tablename__ = "cycles_area"
    __table_args__ = (
        UniqueConstraint("cycle_id", "area_id"),
        CheckConstraint("budget >= 0", name="budget"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    budget: Mapped[int] = mapped_column(BigInteger)

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)


class RuleBookRow(Base):
    """The rule book as stored. Once frozen, the database refuses any change (triggers)."""

    __tablename__ = "cycles_rule_book"

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[dict[str, Any]]
    lot_seed: Mapped[str] = mapped_column(default="")
    """Hex seed of the lot, kept back until the count; its SHA-256 stands in the content."""
    frozen_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(default="")
