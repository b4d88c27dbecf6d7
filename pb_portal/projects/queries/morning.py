"""The morning page: what is late today, what falls due this week, what has no news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.signature import Actor
from pb_portal.projects.models import Milestone, Project, ProjectUpdate
from pb_portal.projects.queries.filtered import Query, late_clause
from pb_portal.projects.queries.scope import within_reach
from pb_portal.projects.rules import FINISHED, HEADS_DAYS, PUBLIC_DAYS, SILENT_DAYS

SHOWN = 10
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Heap:
    """How many there are, and the first of them."""

    number: int
    rows: Sequence[Any]


@dataclass(frozen=True)
class Morning:
    """What a person should know before the day begins."""

    late: Heap
    late_milestones: Heap
    due: Heap
    due_milestones: Heap
    silent: dict[int, Heap]
    """By the longest of 30, 60 and 90 days that passed without news."""
    waiting: Sequence[ProjectUpdate]
    """Updates a head has to read."""
    returned: Sequence[ProjectUpdate]
    """One's own updates that came back."""


def morning(session: Session, actor: Actor, whose: str, now: datetime, today: date) -> Morning:
    """Unfinished projects of the actor, sorted into heaps."""
    open_ones = _open(select(Project), actor, whose)
    steps = (
        _open(select(Milestone).join(Project, Project.id == Milestone.project_id), actor, whose)
        .where(Milestone.done_on.is_(None))
        .options(joinedload(Milestone.project))
    )
    # of several that have passed, the first one is the one to do
    first = select(func.min(Milestone.id)).where(Milestone.done_on.is_(None))
    passed = steps.where(
        *_between(None, today), Milestone.id.in_(first.group_by(Milestone.project_id))
    )
    week = today + WEEK
    return Morning(
        late=_heap(session, open_ones.where(late_clause(today)), Project.due_on),
        late_milestones=_heap(session, passed, Milestone.planned_on),
        due=_heap(
            session,
            open_ones.where(Project.due_on.between(today, week), ~late_clause(today)),
            Project.due_on,
        ),
        due_milestones=_heap(session, steps.where(*_between(today, week)), Milestone.planned_on),
        silent=_silent(session, open_ones, now),
        waiting=_waiting(session, actor),
        returned=_returned(session, actor, now),
    )


def _between(first: date | None, last: date) -> list[Any]:
    if first is None:
        return [Milestone.planned_on < last]
    return [Milestone.planned_on >= first, Milestone.planned_on <= last]


def _open(query: Query, actor: Actor, whose: str) -> Query:
    return within_reach(query, actor, whose).where(Project.status.not_in(FINISHED))


def _heap(session: Session, query: Query, order: Any) -> Heap:
    number = session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    if not number:
        return Heap(0, [])
    return Heap(number, session.scalars(query.order_by(order).limit(SHOWN)).all())


def _silent(session: Session, query: Query, now: datetime) -> dict[int, Heap]:
    edges = (SILENT_DAYS, HEADS_DAYS, PUBLIC_DAYS, None)
    found = {}
    for days, longer in pairwise(edges):
        assert days is not None
        heap = query.where(Project.news_at <= now - timedelta(days=days))
        if longer is not None:
            heap = heap.where(Project.news_at > now - timedelta(days=longer))
        found[days] = _heap(session, heap, Project.news_at)
    return found


def _waiting(session: Session, actor: Actor) -> Sequence[ProjectUpdate]:
    if not actor.roles & {"head"}:
        return []
    query = (
        select(ProjectUpdate)
        .join(Project, Project.id == ProjectUpdate.project_id)
        .where(ProjectUpdate.published_at.is_(None), ProjectUpdate.returned_at.is_(None))
        .options(joinedload(ProjectUpdate.author), joinedload(ProjectUpdate.project))
        .order_by(ProjectUpdate.at)
        .limit(SHOWN)
    )
    areas = areas_of(actor, P.OVERSEE)
    if areas is not None:
        query = query.where(Project.area_id.in_(areas))
    return session.scalars(query).all()


def _returned(session: Session, actor: Actor, now: datetime) -> Sequence[ProjectUpdate]:
    """Those of the last two weeks."""
    return session.scalars(
        select(ProjectUpdate)
        .where(
            ProjectUpdate.author_id == actor.person_id,
            ProjectUpdate.returned_at > now - 2 * WEEK,
        )
        .options(joinedload(ProjectUpdate.project))
        .order_by(ProjectUpdate.returned_at.desc())
        .limit(SHOWN)
    ).all()
