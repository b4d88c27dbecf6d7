"""One project with all that its page shows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.projects.models import Project, ProjectUpdate
from pb_portal.projects.queries.followers import followers_of

HIGHEST_NUMBER = 2**31 - 1
NEWEST = 60


def get_project(session: Session, number: int) -> Project:
    """The project with its place, lines, payments, photos and history; raises `Missing`."""
    query = select(Project).where(Project.number == number)
    return _only(session, query.options(*_whole()), number)


def get_to_change(session: Session, number: int) -> Project:
    """The same, read afresh and locked until the transaction ends."""
    query = (
        select(Project)
        .where(Project.number == number)
        .with_for_update(of=Project)
        .execution_options(populate_existing=True)
    )
    return _only(session, query, number)


def _whole() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(Project.area),
        joinedload(Project.category),
        joinedload(Project.cycle),
        joinedload(Project.proposal),
        joinedload(Project.manager),
        selectinload(Project.lines),
        selectinload(Project.payments),
        selectinload(Project.photos),
        selectinload(Project.shifts),
        selectinload(Project.events),
        selectinload(Project.milestones),
        selectinload(Project.sources),
    )


def _only(session: Session, query: object, number: int) -> Project:
    if number > HIGHEST_NUMBER:
        raise Missing("project")
    found = session.scalars(query).unique().one_or_none()  # type: ignore[call-overload]
    if not isinstance(found, Project):
        raise Missing("project")
    return found


def updates(session: Session, project_id: int) -> Sequence[ProjectUpdate]:
    """The newest published updates, newest first."""
    return session.scalars(
        select(ProjectUpdate)
        .where(ProjectUpdate.project_id == project_id, ProjectUpdate.published_at.is_not(None))
        .order_by(ProjectUpdate.at.desc(), ProjectUpdate.id.desc())
        .limit(NEWEST)
    ).all()


def is_following(session: Session, project_id: int, person_id: int) -> bool:
    """Whether the person gets letters about the project."""
    query = select(Person.id).where(Person.id == person_id, followers_of(project_id))
    return session.scalar(query) is not None
