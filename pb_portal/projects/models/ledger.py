"""The promise ledger. Rows are only added: a correction is a row of its own, and the database
refuses to change or delete what was entered. `Project` carries the figures that stand now."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base


class ProjectLine(Base):
    """One promised line and what was accepted of it. Quantities in thousandths of the unit."""

    __tablename__ = "projects_line"
    __table_args__ = (
        CheckConstraint("promised > 0", name="promised"),
        CheckConstraint("delivered IS NULL OR delivered >= 0", name="delivered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[dict[str, str]]
    unit: Mapped[str]
    unit_price: Mapped[int] = mapped_column(BigInteger)
    promised: Mapped[int] = mapped_column(BigInteger)
    delivered: Mapped[int | None] = mapped_column(BigInteger)
    """As the newest acceptance says."""
    difference: Mapped[str] = mapped_column(default="")
    sort: Mapped[int] = mapped_column(default=0)


class Contract(Base):
    """The contract as signed, amended or corrected; the newest row stands."""

    __tablename__ = "projects_contract"
    __table_args__ = (
        CheckConstraint("sum > 0", name="sum"),
        CheckConstraint("kind IN ('contract', 'amendment', 'correction')", name="kind"),
        CheckConstraint("kind = 'contract' OR reason <> ''", name="reason"),
        CheckConstraint("ends_on IS NULL OR ends_on >= signed_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id"), index=True)
    kind: Mapped[str] = mapped_column(default="contract")
    contractor: Mapped[str]
    contractor_bin: Mapped[str]
    number: Mapped[str]
    sum: Mapped[int] = mapped_column(BigInteger)
    signed_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The day the works are to be done by under the contract."""
    procurement_url: Mapped[str] = mapped_column(default="")
    difference: Mapped[str] = mapped_column(default="")
    """Why sum or date differ from the promise, for the public."""
    reason: Mapped[str] = mapped_column(default="")
    """Why it was amended or corrected, for the public."""
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))


class Payment(Base):
    """Money paid to the contractor, whole tenge. A mistaken entry is taken back by a second one
    with the same sum below zero, so that the sum of all rows is what was paid."""

    __tablename__ = "projects_payment"
    __table_args__ = (
        CheckConstraint(
            "(corrects_id IS NULL AND sum > 0)"
            " OR (corrects_id IS NOT NULL AND sum < 0 AND note <> '')",
            name="sum",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    sum: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("projects_payment.id"), unique=True)

    correction: Mapped[Payment | None] = relationship(
        lazy="selectin", join_depth=1, uselist=False, viewonly=True
    )
    """The entry that takes this one back."""

    @property
    def voided_at(self) -> datetime | None:
        """When it was taken back."""
        return self.correction.recorded_at if self.correction else None

    @property
    def void_reason(self) -> str:
        """Why it was taken back."""
        return self.correction.note if self.correction else ""


class Acceptance(Base):
    """An act of acceptance, with what was accepted of every line; the newest one stands."""

    __tablename__ = "projects_acceptance"
    __table_args__ = (CheckConstraint("act <> ''", name="act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id"), index=True)
    accepted_on: Mapped[date]
    act: Mapped[str]
    late_reason: Mapped[str] = mapped_column(default="")
    """Why later than promised, for the public."""
    reason: Mapped[str] = mapped_column(default="")
    """Why an earlier act was corrected."""
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))

    lines: Mapped[list[AcceptedLine]] = relationship(order_by="AcceptedLine.line_id")


class AcceptedLine(Base):
    """What an act says of one promised line."""

    __tablename__ = "projects_accepted_line"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    acceptance_id: Mapped[int] = mapped_column(
        ForeignKey("projects_acceptance.id"), primary_key=True
    )
    line_id: Mapped[int] = mapped_column(ForeignKey("projects_line.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    difference: Mapped[str] = mapped_column(default="")


class DateShift(Base):
    """A promised date that moved, and why."""

    __tablename__ = "projects_date_shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    old_on: Mapped[date]
    new_on: Mapped[date]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
