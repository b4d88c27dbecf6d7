"""What residents said to a project, and what a person may say to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.signature import Actor
from pb_portal.projects.models import (
    Issue,
    IssueStep,
    Project,
    ProjectDocument,
    ProjectFollow,
    Rating,
)
from pb_portal.projects.queries.followers import followers_of

FEWEST_RATINGS = 5
"""Under so many ratings no average is shown."""
SHOWN = 40


@dataclass(frozen=True)
class Standing:
    """What a person is to a project."""

    following: bool = False
    neighbour: bool = False
    rated: bool = False

    @property
    def near(self) -> bool:
        """Whether their word on the finished thing counts."""
        return self.following or self.neighbour


def standing(session: Session, project: Project, person_id: int | None) -> Standing:
    """Whether the person follows the project, lives in its district, has rated it."""
    if person_id is None:
        return Standing()
    row = session.execute(
        select(
            case((followers_of(project.id), 1), else_=0),
            case((Person.area_id == project.area_id, 1), else_=0),
            case(
                (
                    exists().where(Rating.project_id == project.id, Rating.person_id == person_id),
                    1,
                ),
                else_=0,
            ),
        ).where(Person.id == person_id)
    ).one()
    return Standing(*(bool(value) for value in row))


def issues_of(session: Session, project_id: int) -> Sequence[Issue]:
    """Defects and questions with their answers: those still open first, then the newest."""
    return session.scalars(
        select(Issue)
        .where(Issue.project_id == project_id)
        .options(
            joinedload(Issue.reporter),
            joinedload(Issue.file),
            selectinload(Issue.steps).joinedload(IssueStep.file),
        )
        .order_by(case((Issue.state == "closed", 1), else_=0), Issue.id.desc())
        .limit(SHOWN)
    ).all()


@dataclass(frozen=True)
class Ratings:
    """What residents make of the finished thing; no average under `FEWEST_RATINGS`."""

    number: int
    average: float | None
    words: Sequence[Rating]


def ratings_of(session: Session, project_id: int) -> Ratings:
    """How many, on average what, and the newest words."""
    number, total = session.execute(
        select(func.count(), func.coalesce(func.sum(Rating.stars), 0)).where(
            Rating.project_id == project_id
        )
    ).one()
    words = session.scalars(
        select(Rating)
        .where(Rating.project_id == project_id, Rating.comment != "")
        .options(joinedload(Rating.person))
        .order_by(Rating.at.desc())
        .limit(SHOWN)
    ).all()
    average = round(int(total) / number, 1) if number >= FEWEST_RATINGS else None
    return Ratings(number, average, words)


def documents_of(session: Session, project_id: int) -> Sequence[ProjectDocument]:
    """Documents in the order they were added."""
    return session.scalars(
        select(ProjectDocument)
        .where(ProjectDocument.project_id == project_id)
        .order_by(ProjectDocument.id)
    ).all()


def get_issue(session: Session, issue_id: int) -> tuple[Issue, Project]:
    """An issue with its project; raises `Missing`."""
    row = session.execute(
        select(Issue, Project)
        .join(Project, Project.id == Issue.project_id)
        .where(Issue.id == issue_id)
        .options(joinedload(Project.area), joinedload(Issue.reporter), joinedload(Issue.file))
    ).one_or_none()
    if row is None:
        raise Missing("issue")
    return row[0], row[1]


def waiting(
    session: Session, actor: Actor, permission: P, *, view: str, today: date, before: int | None
) -> Sequence[tuple[Issue, Project]]:
    """Issues of the actor's districts for a view of the desk: `open`, `overdue`, `all`, `hidden`;
    `open` and `overdue` by their day, the others newest first. One row more than a page holds."""
    query = _of_areas(select(Issue, Project).join(Project), actor, permission)
    query = query.options(joinedload(Project.area), joinedload(Issue.reporter))
    if view in ("open", "overdue"):
        query = query.where(Issue.state != "closed", Issue.hidden_at.is_(None))
        if view == "overdue":
            query = query.where(Issue.due_on < today)
        if before is not None:
            last = select(Issue.due_on).where(Issue.id == before).scalar_subquery()
            query = query.where(
                or_(Issue.due_on > last, and_(Issue.due_on == last, Issue.id > before))
            )
        query = query.order_by(Issue.due_on, Issue.id)
    else:
        if view == "hidden":
            query = query.where(Issue.hidden_at.is_not(None))
        if before is not None:
            query = query.where(Issue.id < before)
        query = query.order_by(Issue.id.desc())
    return [(row[0], row[1]) for row in session.execute(query.limit(PAGE + 1))]


PAGE = 30


def waiting_counts(session: Session, actor: Actor, permission: P, today: date) -> tuple[int, int]:
    """How many wait for an answer, and how many of them are overdue."""
    query = select(
        func.count(Issue.id), func.coalesce(func.sum(case((Issue.due_on < today, 1), else_=0)), 0)
    ).join(Project, Project.id == Issue.project_id)
    query = query.where(Issue.state != "closed", Issue.hidden_at.is_(None))
    row = session.execute(_of_areas(query, actor, permission)).one()
    return int(row[0]), int(row[1])


def _of_areas(query: Any, actor: Actor, permission: P) -> Any:
    areas = areas_of(actor, permission)
    return query if areas is None else query.where(Project.area_id.in_(areas))


def rhythm_of(session: Session, project_id: int, person_id: int | None) -> str:
    """How often the person gets letters about the project."""
    if person_id is None:
        return "each"
    found = session.get(ProjectFollow, (project_id, person_id))
    return found.rhythm if found else "each"
