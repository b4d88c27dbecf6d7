"""The same projects as a board, a plan, a calendar and a map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.domain.project_states import ProjectState
from pb_portal.domain.signature import Actor
from pb_portal.projects.models import Milestone, Project
from pb_portal.projects.queries.scope import within_reach
from pb_portal.projects.rules import FINISHED

IN_COLUMN = 12
ON_PLAN = 40
ON_MAP = 3000
ON_SHEET = 2000


@dataclass(frozen=True)
class Column:
    """One state on the board."""

    state: str
    number: int
    rows: list[Project]


def board(session: Session, actor: Actor, whose: str) -> list[Column]:
    """Every state with its projects, the earliest due first."""
    place = func.row_number().over(
        partition_by=Project.status, order_by=(Project.due_on, Project.id)
    )
    ranked = within_reach(select(Project.id, place.label("place")), actor, whose).subquery()
    rows = session.scalars(
        select(Project)
        .join(ranked, ranked.c.id == Project.id)
        .where(ranked.c.place <= IN_COLUMN)
        .options(joinedload(Project.area))
        .order_by(Project.due_on, Project.id)
    ).all()
    counted = within_reach(select(Project.status, func.count()), actor, whose)
    counts = {row[0]: row[1] for row in session.execute(counted.group_by(Project.status))}
    by_state: dict[str, list[Project]] = defaultdict(list)
    for project in rows:
        by_state[project.status].append(project)
    return [Column(state, counts.get(state, 0), by_state[state]) for state in ProjectState]


def plan(
    session: Session, actor: Actor, whose: str, *, skip: int = 0, most: int = ON_PLAN + 1
) -> Sequence[Project]:
    """Unfinished projects with milestones by due date, one more than a page holds."""
    query = (
        within_reach(select(Project), actor, whose)
        .where(Project.status.not_in(FINISHED))
        .options(joinedload(Project.area), selectinload(Project.milestones))
        .order_by(Project.due_on, Project.id)
        .offset(skip)
        .limit(most)
    )
    return session.scalars(query).unique().all()


@dataclass(frozen=True)
class Due:
    """Something that falls on a day: a milestone, a promised date, the end of a contract."""

    day: date
    kind: str
    project: Project
    names: dict[str, str]
    done: bool


def month(session: Session, actor: Actor, whose: str, first: date) -> dict[date, list[Due]]:
    """What falls on each day of the month."""
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    found: dict[date, list[Due]] = defaultdict(list)
    projects = within_reach(select(Project), actor, whose).where(
        Project.due_on.between(first, last) | Project.contract_ends_on.between(first, last)
    )
    for project in session.scalars(projects.order_by(Project.due_on, Project.id)):
        done = project.status in FINISHED
        for kind, day in (("due", project.due_on), ("contract", project.contract_ends_on)):
            if day is not None and first <= day <= last:
                found[day].append(Due(day, kind, project, {}, done))
    steps = within_reach(
        select(Milestone, Project).join(Project, Project.id == Milestone.project_id), actor, whose
    ).where(Milestone.planned_on.between(first, last))
    rows: Any = session.execute(steps.order_by(Milestone.planned_on, Milestone.id))
    for step, project in rows:
        due = Due(step.planned_on, "milestone", project, step.names, step.done_on is not None)
        found[step.planned_on].append(due)
    return found


def placed(session: Session, actor: Actor, whose: str) -> Sequence[Project]:
    """Unfinished projects that have a place, for the map."""
    query = (
        within_reach(select(Project), actor, whose)
        .where(Project.status.not_in(FINISHED), Project.lat.is_not(None), Project.lon.is_not(None))
        .options(joinedload(Project.category))
        .order_by(Project.due_on)
        .limit(ON_MAP)
    )
    return session.scalars(query).unique().all()
