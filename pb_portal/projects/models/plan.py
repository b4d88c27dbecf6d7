"""Types of work, the milestones usual for each, and the milestones of a project."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base, LocalText

if TYPE_CHECKING:
    from pb_portal.projects.models.project import Project

SECTORS = "'social', 'infrastructure', 'industry', 'utilities'"


class WorkType(Base):
    """A type of work within a sector: a school, a yard, a water main. Kept by the administrator."""

    __tablename__ = "projects_work_type"
    __table_args__ = (CheckConstraint(f"sector IN ({SECTORS})", name="sector"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    sector: Mapped[str]
    names: Mapped[LocalText]
    sort: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False)

    templates: Mapped[list[MilestoneTemplate]] = relationship(
        order_by="MilestoneTemplate.share", cascade="all, delete-orphan"
    )


class MilestoneTemplate(Base):
    """A usual milestone; `share` is its place between start (0) and promised date (100).
    Those without a type of work serve every type that has none of its own."""

    __tablename__ = "projects_milestone_template"
    __table_args__ = (CheckConstraint("share BETWEEN 0 AND 100", name="share"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_type_id: Mapped[int | None] = mapped_column(
        ForeignKey("projects_work_type.id", ondelete="CASCADE"), index=True
    )
    names: Mapped[LocalText]
    share: Mapped[int]
    state: Mapped[str] = mapped_column(default="")
    """The state of the project that fulfils it, or nothing."""


class Milestone(Base):
    """A planned step of a project and the day it was really done."""

    __tablename__ = "projects_milestone"
    __table_args__ = (UniqueConstraint("project_id", "sort"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    names: Mapped[LocalText]
    first_on: Mapped[date]
    """The day first planned; never changes."""
    planned_on: Mapped[date] = mapped_column(index=True)
    done_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="")
    sort: Mapped[int]

    project: Mapped[Project] = relationship(viewonly=True)
