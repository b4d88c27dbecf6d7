"""Silence is answered: after 30 days the manager is reminded, after 60 the head."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import holders
from pb_portal.audit import service as audit
from pb_portal.domain.permissions import Role
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import Project
from pb_portal.projects.rules import FINISHED, HEADS_DAYS, SILENT_DAYS, days_silent
from pb_portal.seals.service import change_rows


def remind_silent_projects(session: Session, by: Signature, at: datetime) -> int:
    """Send one letter to each person who answers for projects without news; returns how many
    projects were reminded of. Each silence is reminded of once at 30 and once at 60 days."""
    letters: dict[tuple[int, int], tuple[Person, list[Project]]] = {}
    reminded = 0
    answering: dict[tuple[int, int, int | None], Sequence[Person]] = {}
    for project in _silent(session, at):
        stages = [
            days
            for days in (SILENT_DAYS, HEADS_DAYS)
            if project.reminded_days < days <= days_silent(project.news_at, at)
        ]
        for days in stages:
            whose = (days, project.area_id, project.manager_id)
            if whose not in answering:
                answering[whose] = _answering(session, project, days)
            for person in answering[whose]:
                letters.setdefault((days, person.id), (person, []))[1].append(project)
        if stages:
            reminded += 1
            _mark(session, by, project, max(stages))
    for (days, _), (person, projects) in letters.items():
        _post(session, by, person, projects, days, at)
    return reminded


def _silent(session: Session, at: datetime) -> Sequence[Project]:
    return session.scalars(
        select(Project)
        .where(
            Project.status.not_in(FINISHED),
            Project.news_at <= at - timedelta(days=SILENT_DAYS),
            Project.reminded_days < HEADS_DAYS,
        )
        .order_by(Project.news_at, Project.id)
        .with_for_update(skip_locked=True)
    ).all()


def _answering(session: Session, project: Project, days: int) -> Sequence[Person]:
    if days == HEADS_DAYS:
        heads = holders(session, [Role.HEAD], project.area_id)
        return heads or holders(session, [Role.ADMINISTRATOR], project.area_id)
    manager = session.get(Person, project.manager_id) if project.manager_id else None
    if manager is not None and manager.blocked_at is None:
        return [manager]
    return holders(session, [Role.MANAGER], project.area_id)


def _mark(session: Session, by: Signature, project: Project, days: int) -> None:
    """Without the mapper, so that a reminder does not disturb somebody who is typing."""
    change_rows(
        session,
        update(Project.__table__)  # type: ignore[arg-type]
        .where(Project.__table__.c.id == project.id)
        .values(reminded_days=days),
    )
    session.expire(project, ["reminded_days"])
    audit.record(
        session,
        by,
        "project.reminded",
        ("project", project.id),
        cycle_id=project.cycle_id,
        days=days,
    )


def _post(
    session: Session,
    by: Signature,
    person: Person,
    projects: Sequence[Project],
    days: int,
    at: datetime,
) -> None:
    outbox.post(
        session,
        by,
        "project_silent",
        recipient=person.email,
        locale=person.locale,
        days=days,
        projects=[
            {
                "number": project.number,
                "title": project.title,
                "days": days_silent(project.news_at, at),
                "path": f"/desk/projects/{project.number}",
            }
            for project in projects
        ],
    )
