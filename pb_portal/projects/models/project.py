"""A project: what was promised, what stands now, and how it came there."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Category, Cycle
from pb_portal.db import Base, ShownText
from pb_portal.places.models import Area
from pb_portal.projects.models.ledger import DateShift, Payment, ProjectLine
from pb_portal.projects.models.news import ProjectPhoto, ProjectUpdate
from pb_portal.projects.models.plan import Milestone, WorkType
from pb_portal.projects.search import indexed
from pb_portal.proposals.models import Proposal

STATES = (
    "'planned','design','procurement','contracted','works','acceptance','completed',"
    "'suspended','cancelled','carried_over'"
)
FUNDING = "'city_budget', 'national_budget', 'investor'"


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
        CheckConstraint("paid_sum >= 0", name="paid_sum"),
        CheckConstraint("paid_sum <= coalesce(contract_sum, 0)", name="paid_within_contract"),
        CheckConstraint(
            "accepted_on IS NULL OR (contract_on IS NOT NULL AND accepted_on >= contract_on)",
            name="accepted_after_contract",
        ),
        CheckConstraint(f"funding IN ({FUNDING})", name="funding"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint(
            "sector IN ('social', 'infrastructure', 'industry', 'utilities')", name="sector"
        ),
        CheckConstraint("origin IN ('participatory', 'city_programme', 'investor')", name="origin"),
        Index("ix_projects_project_list", "status", "area_id"),
        Index("ix_projects_project_board", "status", "number"),
        Index("ix_projects_project_updated_at", "updated_at"),
        Index("ix_projects_project_desk", "due_on", "id"),
        Index("ix_projects_project_contractor", "contractor_bin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    origin: Mapped[str]
    funding: Mapped[str] = mapped_column(default="city_budget")
    """Where the money comes from."""
    programme: Mapped[str] = mapped_column(default="")
    """The programme or the investor it belongs to, in words."""
    sector: Mapped[str] = mapped_column(default="infrastructure")
    work_type_id: Mapped[int | None] = mapped_column(ForeignKey("projects_work_type.id"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles_cycle.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals_proposal.id"), index=True)
    """The first of the winners it was made of; all of them are `sources`."""
    title: Mapped[str] = mapped_column(ShownText)
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
    contract_ends_on: Mapped[date | None]
    procurement_url: Mapped[str] = mapped_column(default="")
    contract_difference: Mapped[str] = mapped_column(default="")
    """Why the contract differs from the promise, for the public."""
    paid_sum: Mapped[int] = mapped_column(BigInteger, default=0)
    """The sum of all payments, kept beside them so that the database can compare it."""
    accepted_on: Mapped[date | None]
    acceptance_act: Mapped[str] = mapped_column(default="")
    late_reason: Mapped[str] = mapped_column(default="")
    """Why it was accepted later than promised, for the public."""

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
    work_type: Mapped[WorkType | None] = relationship()
    sources: Mapped[list[ProjectProposal]] = relationship(
        order_by="ProjectProposal.proposal_id", cascade="all, delete-orphan"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        order_by="Milestone.sort", cascade="all, delete-orphan"
    )
    lines: Mapped[list[ProjectLine]] = relationship(
        order_by="ProjectLine.sort", cascade="all, delete-orphan"
    )
    payments: Mapped[list[Payment]] = relationship(
        order_by="(Payment.paid_on, Payment.id)",
        primaryjoin="and_(Payment.project_id == Project.id, Payment.corrects_id.is_(None))",
        cascade="all, delete-orphan",
    )
    """Those made; each knows the entry that takes it back."""
    photos: Mapped[list[ProjectPhoto]] = relationship(
        order_by="ProjectPhoto.id",
        primaryjoin="and_(ProjectPhoto.project_id == Project.id, ProjectPhoto.published)",
        cascade="all, delete-orphan",
    )
    shifts: Mapped[list[DateShift]] = relationship(
        order_by="DateShift.id", cascade="all, delete-orphan"
    )
    events: Mapped[list[ProjectEvent]] = relationship(
        order_by="ProjectEvent.id", cascade="all, delete-orphan"
    )
    updates: Mapped[list[ProjectUpdate]] = relationship(
        order_by="ProjectUpdate.id.desc()",
        primaryjoin=(
            "and_(ProjectUpdate.project_id == Project.id, ProjectUpdate.published_at.is_not(None))"
        ),
        cascade="all, delete-orphan",
    )

    __mapper_args__ = {"version_id_col": version}


class ProjectProposal(Base):
    """A winner and the project it became. Two winners may be one project; one winner may become
    several, each a `part` of it. Author, supporters and followers are looked up through it."""

    __tablename__ = "projects_proposal"
    __table_args__ = (
        UniqueConstraint("proposal_id", "part"),
        CheckConstraint("part > 0", name="part"),
    )

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), primary_key=True
    )
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals_proposal.id"), primary_key=True)
    part: Mapped[int] = mapped_column(default=1)

    proposal: Mapped[Proposal] = relationship(lazy="joined", innerjoin=True)


class ProjectEvent(Base):
    """One change of a project's state. Written only with the change itself."""

    __tablename__ = "projects_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    origin: Mapped[str]
    target: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    reason: Mapped[str] = mapped_column(default="")
