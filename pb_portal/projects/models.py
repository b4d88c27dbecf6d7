"""Projects and the promise ledger: promised, contracted, paid, delivered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Category, Cycle
from pb_portal.db import Base
from pb_portal.files.models import StoredFile
from pb_portal.places.models import Area
from pb_portal.projects.search import indexed
from pb_portal.proposals.models import Proposal

STATES = (
    "'planned','design','procurement','contracted','works','acceptance','completed',"
    "'suspended','cancelled','carried_over'"
)


def _created_at(context: DefaultExecutionContext) -> datetime:
    """Until there is news, silence counts from the start."""
    return context.get_current_parameters()["created_at"]  # type: ignore[no-untyped-call,no-any-return]


def _search_text(context: DefaultExecutionContext) -> str:
    row = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return indexed(*(row.get(name) or "" for name in ("title", "address", "summary")))


class Project(Base):
    """A work promised to residents, from a vote, a city programme or an investor."""

    __tablename__ = "projects_project"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATES})", name="status"),
        CheckConstraint("promised_sum >= 0", name="promised_sum"),
        CheckConstraint("contract_sum IS NULL OR contract_sum > 0", name="contract_sum"),
        CheckConstraint("(contract_sum IS NULL) = (contract_number = '')", name="contract_whole"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint(
            "sector IN ('social', 'infrastructure', 'industry', 'utilities')", name="sector"
        ),
        CheckConstraint("origin IN ('participatory', 'city_programme', 'investor')", name="origin"),
        Index("ix_projects_project_list", "status", "area_id"),
        Index("ix_projects_project_desk", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    origin: Mapped[str]
    sector: Mapped[str] = mapped_column(default="infrastructure")
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(
        ForeignKey("proposals_proposal.id"), unique=True
    )
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("cycles_category.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"), index=True)
    address: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    status: Mapped[str] = mapped_column(default="planned")
    progress: Mapped[int] = mapped_column(default=0)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"), index=True)

    promised_sum: Mapped[int] = mapped_column(BigInteger)
    promised_on: Mapped[date]
    """The date first promised; never changes."""
    due_on: Mapped[date]
    """The date promised now."""
    contractor: Mapped[str] = mapped_column(default="")
    contractor_bin: Mapped[str] = mapped_column(default="")
    contract_number: Mapped[str] = mapped_column(default="")
    contract_sum: Mapped[int | None] = mapped_column(BigInteger)
    contract_on: Mapped[date | None]
    contract_difference: Mapped[str] = mapped_column(default="")
    """Why the contract differs from the promise, for the public."""
    accepted_on: Mapped[date | None]
    acceptance_act: Mapped[str] = mapped_column(default="")

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    news_at: Mapped[datetime] = mapped_column(default=_created_at, index=True)
    """When the public last heard anything: an update or a change of state."""
    reminded_days: Mapped[int] = mapped_column(default=0)
    """The longest silence (30, 60 days) already reminded of; 0 again after any news."""
    search_text: Mapped[str] = mapped_column(default=_search_text)
    """Folded words of title, address and summary, the same on both databases."""
    is_sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle | None] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
    category: Mapped[Category | None] = relationship()
    area: Mapped[Area] = relationship()
    manager: Mapped[Person | None] = relationship()
    lines: Mapped[list[ProjectLine]] = relationship(
        order_by="ProjectLine.sort", cascade="all, delete-orphan"
    )
    payments: Mapped[list[Payment]] = relationship(
        order_by="Payment.paid_on", cascade="all, delete-orphan"
    )
    photos: Mapped[list[ProjectPhoto]] = relationship(
        order_by="ProjectPhoto.id", cascade="all, delete-orphan"
    )
    shifts: Mapped[list[DateShift]] = relationship(
        order_by="DateShift.id", cascade="all, delete-orphan"
    )
    events: Mapped[list[ProjectEvent]] = relationship(
        order_by="ProjectEvent.id", cascade="all, delete-orphan"
    )
    updates: Mapped[list[ProjectUpdate]] = relationship(
        order_by="ProjectUpdate.id.desc()", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def paid_sum(self) -> int:
        """Sum of payments in tenge."""
        return sum(payment.sum for payment in self.payments if payment.voided_at is None)


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
    difference: Mapped[str] = mapped_column(default="")
    sort: Mapped[int] = mapped_column(default=0)


class Payment(Base):
    """Money paid to the contractor, whole tenge. A mistaken entry is voided, never deleted."""

    __tablename__ = "projects_payment"
    __table_args__ = (
        CheckConstraint("sum > 0", name="sum"),
        CheckConstraint("(voided_at IS NULL) = (void_reason = '')", name="void_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    sum: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(default="")


class ProjectPhoto(Base):
    """A photo of the place before, during or after the works."""

    __tablename__ = "projects_photo"
    __table_args__ = (CheckConstraint("stage IN ('before', 'during', 'after')", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(ForeignKey("files_stored.id"))
    update_id: Mapped[int | None] = mapped_column(
        ForeignKey("projects_update.id", ondelete="SET NULL"), index=True
    )
    """The update it was sent with, if any."""
    stage: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


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
    at: Mapped[datetime]


class ProjectEvent(Base):
    """One change of a project's state. Written only with the change itself."""

    __tablename__ = "projects_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    origin: Mapped[str]
    target: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    reason: Mapped[str] = mapped_column(default="")


class ProjectUpdate(Base):
    """News from the site: a few words and the percentage done."""

    __tablename__ = "projects_update"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    body: Mapped[str]
    progress: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


class ProjectFollow(Base):
    """A person who gets letters about a project."""

    __tablename__ = "projects_follow"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
