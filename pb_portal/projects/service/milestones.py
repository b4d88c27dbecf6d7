"""Milestones: planned from the templates of the type of work, fulfilled by states or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.domain.project_states import PATH
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Milestone, MilestoneTemplate, Project
from pb_portal.projects.rules import check_days, need
from pb_portal.projects.service.guard import begin_open, saved

Templates = dict[int | None, list[MilestoneTemplate]]


def templates(session: Session) -> Templates:
    """The usual milestones of each type of work; under None those of all others."""
    found: Templates = {}
    rows = session.scalars(
        select(MilestoneTemplate).order_by(MilestoneTemplate.share, MilestoneTemplate.id)
    )
    for row in rows:
        found.setdefault(row.work_type_id, []).append(row)
    return found


def planned(usual: Templates, work_type_id: int | None, start: date, end: date) -> list[Milestone]:
    """New milestones between start and end by the templates of this type of work."""
    rows: Sequence[MilestoneTemplate] = usual.get(work_type_id) or usual.get(None, [])
    length = max((end - start).days, 0)
    made = []
    for sort, row in enumerate(rows):
        day = start + timedelta(days=length * row.share // 100)
        made.append(
            Milestone(
                names=dict(row.names), first_on=day, planned_on=day, state=row.state, sort=sort
            )
        )
    return made


def fulfil(project: Project, state: str, day: date) -> None:
    """Reaching a state fulfils its milestone and those before it on the usual path."""
    if state not in PATH:
        return
    reached = {str(step) for step in PATH[: PATH.index(state) + 1]}
    for milestone in project.milestones:
        if milestone.done_on is None and milestone.state in reached:
            milestone.done_on = day


def move_milestones(project: Project, old: date, new: date) -> None:
    """When the promised date moves, what is still to do moves in proportion."""
    start = project.created_at.date()
    length = max((old - start).days, 1)
    for milestone in project.milestones:
        if milestone.done_on is None:
            days = (milestone.planned_on - start).days * (new - start).days // length
            milestone.planned_on = start + timedelta(days=max(days, 0))


def set_milestone(
    session: Session,
    by: Signature,
    project: Project,
    milestone_id: int,
    *,
    planned_on: date,
    done_on: date | None,
    today: date | None = None,
    seen: int | None = None,
) -> Milestone:
    """Plan a milestone for another day, or say on which day it was done."""
    begin_open(by, project, seen)
    milestone = next((row for row in project.milestones if row.id == milestone_id), None)
    if milestone is None:
        raise Missing("milestone")
    start = project.created_at.date()
    check_days(planned_on, "planned_on", earliest=start, latest=None, code="project.before_start")
    if planned_on > project.due_on:
        raise Refusal("project.after_due", field="planned_on")
    if done_on is not None:
        latest = today or by.at.date()
        check_days(done_on, "done_on", earliest=start, latest=latest, code="project.before_start")
    before = (milestone.planned_on, milestone.done_on)
    milestone.planned_on, milestone.done_on = planned_on, done_on
    saved(
        session,
        by,
        project,
        "project.milestone_set",
        milestone=milestone.id,
        planned_on=planned_on.isoformat(),
        done_on=done_on.isoformat() if done_on else "",
        before=[day.isoformat() if day else "" for day in before],
    )
    return milestone


def add_milestone(
    session: Session,
    by: Signature,
    project: Project,
    *,
    name: str,
    planned_on: date,
    seen: int | None = None,
) -> Milestone:
    """Add a milestone of the manager's own."""
    begin_open(by, project, seen)
    need(name, "project.milestone_name", "name")
    start = project.created_at.date()
    check_days(planned_on, "planned_on", earliest=start, latest=None, code="project.before_start")
    if planned_on > project.due_on:
        raise Refusal("project.after_due", field="planned_on")
    last = max((row.sort for row in project.milestones), default=-1)
    names = {"kk": name, "ru": name, "en": name}
    milestone = Milestone(names=names, first_on=planned_on, planned_on=planned_on, sort=last + 1)
    project.milestones.append(milestone)
    saved(
        session,
        by,
        project,
        "project.milestone_added",
        planned_on=planned_on.isoformat(),
    )
    return milestone
