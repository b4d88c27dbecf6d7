"""What every change of a project begins with, and how it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.queries import find_phase
from pb_portal.domain.permissions import P, demand, may
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.signature import Actor, Signature
from pb_portal.projects.models import Project
from pb_portal.projects.rules import FINISHED


def may_change(actor: Actor, project: Project) -> bool:
    """Whether the actor delivers in this district, and the project is theirs, nobody's yet, or
    under them as the head."""
    if not may(actor, P.DELIVER, area_id=project.area_id):
        return False
    own = project.manager_id is None or project.manager_id == actor.person_id
    return own or may(actor, P.OVERSEE, area_id=project.area_id)


def begin(by: Signature, project: Project, seen: int | None = None) -> None:
    """The actor may change this project, and saw it as it is (`seen` version)."""
    demand(by.actor, P.DELIVER, area_id=project.area_id)
    if ("system", None) not in by.actor.grants and not may_change(by.actor, project):
        raise Forbidden(P.DELIVER)
    if seen is not None and seen != project.version:
        raise Conflict("project.changed")


def begin_open(by: Signature, project: Project, seen: int | None = None) -> None:
    """The same for what a finished project no longer takes."""
    begin(by, project, seen)
    if project.status in FINISHED:
        raise Refusal("project.finished")


def touch(by: Signature, project: Project, *, news: bool = False) -> None:
    """Mark the change; with news the silence ends."""
    project.updated_at = by.at
    if news:
        project.news_at = by.at
        project.reminded_days = 0


def saved(
    session: Session, by: Signature, project: Project, action: str, reason: str = "", **data: Any
) -> None:
    """Send the change to the database and enter it in the log."""
    touch(by, project)
    session.flush()
    audit.record(
        session,
        by,
        action,
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=reason,
        **data,
    )


def vote_ended_on(project: Project) -> date | None:
    """The last day of the vote the project comes from."""
    voting = find_phase(project.cycle, PhaseKind.VOTING) if project.cycle else None
    return voting.ends_at.date() if voting else None


def spaced(amount: int) -> str:
    """An amount inside a sentence, by thousands."""
    return f"{amount:,}".replace(",", "\u202f")
