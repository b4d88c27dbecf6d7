"""A manager's projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.domain.signature import Actor
from pb_portal.projects.models import Project
from pb_portal.projects.queries.filtered import Query, late_clause
from pb_portal.projects.queries.scope import within_reach
from pb_portal.projects.rules import FINISHED, SILENT_DAYS

PAGE = 50
VIEWS = ("mine", "all", "late", "silent")


@dataclass(frozen=True)
class Queue:
    """One page of a view, by due date; `next_key` asks for the following one."""

    rows: Sequence[Project]
    next_key: str | None


def queue(
    session: Session,
    actor: Actor,
    view: str,
    now: datetime,
    today: date,
    *,
    state: str = "",
    key: str = "",
) -> Queue:
    """Projects of the actor's districts in this view, unfinished first unless a state is asked."""
    query = (
        _of_view(select(Project), actor, view, now, today)
        .options(joinedload(Project.area), joinedload(Project.manager), joinedload(Project.cycle))
        .order_by(Project.due_on, Project.id)
    )
    if state:
        query = query.where(Project.status == state)
    elif view != "all":
        query = query.where(Project.status.not_in(FINISHED))
    last = _parsed(key)
    if last is not None:
        day, number = last
        query = query.where(
            or_(Project.due_on > day, and_(Project.due_on == day, Project.id > number))
        )
    found = session.scalars(query.limit(PAGE + 1)).unique().all()
    rows = found[:PAGE]
    more = len(found) > PAGE
    return Queue(rows, f"{rows[-1].due_on.isoformat()}_{rows[-1].id}" if more else None)


def counts(session: Session, actor: Actor, now: datetime, today: date) -> dict[str, int]:
    """How many each view holds."""
    views = {}
    for view in VIEWS:
        query = _of_view(select(func.count(Project.id)), actor, view, now, today)
        if view != "all":
            query = query.where(Project.status.not_in(FINISHED))
        views[view] = query.scalar_subquery()
    row = session.execute(select(*views.values())).one()
    return dict(zip(views, row, strict=True))


def _of_view(query: Query, actor: Actor, view: str, now: datetime, today: date) -> Query:
    query = within_reach(query, actor)
    if view == "mine":
        return query.where(Project.manager_id == actor.person_id)
    if view == "late":
        return query.where(late_clause(today))
    if view == "silent":
        return query.where(Project.news_at <= now - timedelta(days=SILENT_DAYS))
    return query


def _parsed(key: str) -> tuple[date, int] | None:
    day, _, number = key.partition("_")
    try:
        return date.fromisoformat(day), max(0, min(int(number), 2**31 - 1))
    except ValueError:
        return None
