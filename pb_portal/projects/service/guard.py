"""What every change of a project begins with."""

from __future__ import annotations

from datetime import date

from pb_portal.cycles.queries import find_phase
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project
from pb_portal.projects.rules import FINISHED


def begin(by: Signature, project: Project, seen: int | None = None) -> None:
    """The actor delivers in this district, and saw the project as it is (`seen` version)."""
    demand(by.actor, P.DELIVER, area_id=project.area_id)
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


def vote_ended_on(project: Project) -> date | None:
    """The last day of the vote the project comes from."""
    voting = find_phase(project.cycle, PhaseKind.VOTING) if project.cycle else None
    return voting.ends_at.date() if voting else None
