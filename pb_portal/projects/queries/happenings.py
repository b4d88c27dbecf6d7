"""What happened to projects, in the order it happened: for feeds and digests.

Read from the very rows the page shows, so that neither can say what the other does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.projects.models import (
    DateShift,
    Issue,
    IssueStep,
    Project,
    ProjectEvent,
    ProjectUpdate,
)

Ids = Any
"""Ids, or a statement that selects them."""


@dataclass(frozen=True)
class Happening:
    """One thing that happened. `data` is JSON; `kind` decides its sentence."""

    kind: str
    id: int
    project_id: int
    number: int
    title: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As a letter keeps it."""
        return {
            "kind": self.kind,
            "number": self.number,
            "title": self.title,
            "at": self.at.isoformat(),
            "path": f"/projects/{self.number}",
            **self.data,
        }


def happenings(
    session: Session, projects: Ids, *, since: datetime | None = None, limit: int = 50
) -> list[Happening]:
    """The newest happenings of these projects, newest first, in five statements."""
    found = [
        *_started(session, projects, since, limit),
        *_steps(session, projects, since, limit),
        *_shifts(session, projects, since, limit),
        *_news(session, projects, since, limit),
        *_answers(session, projects, since, limit),
    ]
    found.sort(key=lambda one: (one.at, one.kind, one.id), reverse=True)
    return found[:limit]


def _one(kind: str, row: Any, data: dict[str, Any]) -> Happening:
    return Happening(kind, row[0], row[1], row[2], row[3], row[4], data)


def _rows(
    session: Session,
    query: Any,
    at: Any,
    projects: Ids,
    since: datetime | None,
    limit: int,
) -> Sequence[Any]:
    query = query.where(Project.id.in_(projects)).order_by(at.desc()).limit(limit)
    if since is not None:
        query = query.where(at > since)
    rows: list[Any] = [*session.execute(query)]
    return rows


def _started(
    session: Session, projects: Ids, since: datetime | None, limit: int
) -> list[Happening]:
    query = select(
        Project.id, Project.number, Project.title, Project.created_at, Project.promised_on
    )
    rows = _rows(session, query, Project.created_at, projects, since, limit)
    return [
        _one("started", (row[0], *row), {"due_on": row.promised_on.isoformat()}) for row in rows
    ]


def _steps(session: Session, projects: Ids, since: datetime | None, limit: int) -> list[Happening]:
    query = select(
        ProjectEvent.id,
        Project.id,
        Project.number,
        Project.title,
        ProjectEvent.at,
        ProjectEvent.target,
        ProjectEvent.reason,
    ).join(Project, Project.id == ProjectEvent.project_id)
    rows = _rows(session, query, ProjectEvent.at, projects, since, limit)
    return [_one("step", row, {"state": row.target, "reason": row.reason}) for row in rows]


def _shifts(session: Session, projects: Ids, since: datetime | None, limit: int) -> list[Happening]:
    query = select(
        DateShift.id,
        Project.id,
        Project.number,
        Project.title,
        DateShift.at,
        DateShift.old_on,
        DateShift.new_on,
        DateShift.reason,
    ).join(Project, Project.id == DateShift.project_id)
    rows = _rows(session, query, DateShift.at, projects, since, limit)
    return [
        _one(
            "date",
            row,
            {
                "old_on": row.old_on.isoformat(),
                "due_on": row.new_on.isoformat(),
                "reason": row.reason,
            },
        )
        for row in rows
    ]


def _news(session: Session, projects: Ids, since: datetime | None, limit: int) -> list[Happening]:
    published = ProjectUpdate.published_at
    query = select(
        ProjectUpdate.id,
        Project.id,
        Project.number,
        Project.title,
        published,
        ProjectUpdate.body,
        ProjectUpdate.progress,
    ).join(Project, Project.id == ProjectUpdate.project_id)
    rows = _rows(session, query.where(published.is_not(None)), published, projects, since, limit)
    return [_one("news", row, {"body": row.body, "progress": row.progress}) for row in rows]


def _answers(
    session: Session, projects: Ids, since: datetime | None, limit: int
) -> list[Happening]:
    query = (
        select(
            IssueStep.id,
            Project.id,
            Project.number,
            Project.title,
            IssueStep.at,
            IssueStep.kind,
            IssueStep.body,
            IssueStep.due_on,
            Issue.kind.label("about"),
            Issue.id.label("issue"),
        )
        .join(Issue, Issue.id == IssueStep.issue_id)
        .join(Project, Project.id == Issue.project_id)
        .where(Issue.hidden_at.is_(None), IssueStep.kind != "reopened")
    )
    rows = _rows(session, query, IssueStep.at, projects, since, limit)
    return [
        _one(
            "answer",
            row,
            {
                "step": row.kind,
                "about": row.about,
                "body": row.body,
                "due_on": row.due_on.isoformat() if row.due_on else "",
                "issue": row.issue,
            },
        )
        for row in rows
    ]
