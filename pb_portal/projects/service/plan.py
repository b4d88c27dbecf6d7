"""The promised date and the manager of a project."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from pb_portal.accounts.queries import holders
from pb_portal.audit import service as audit
from pb_portal.domain.permissions import Role
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import DateShift, Project
from pb_portal.projects.rules import check_days
from pb_portal.projects.service.guard import begin, begin_open, touch, vote_ended_on
from pb_portal.projects.service.letters import tell_followers
from pb_portal.projects.service.milestones import move_milestones

FARTHEST = timedelta(days=3660)


def check_new_date(project: Project, new_date: date | None, today: date) -> None:
    """Refuse a missing new date, one before the vote, in the past, or the same as now."""
    if new_date is None:
        raise Refusal("project.need_new_date", field="new_date")
    check_days(
        new_date,
        "new_date",
        earliest=vote_ended_on(project),
        latest=None,
        code="project.before_vote",
    )
    if new_date < today:
        raise Refusal("project.date_past", field="new_date")
    if new_date > today + FARTHEST:
        raise Refusal("project.date_far", field="new_date")
    if new_date == project.due_on:
        raise Refusal("project.date_same", field="new_date")


def move_date(by: Signature, project: Project, new_date: date, reason: str) -> DateShift:
    """Move the promised date and keep the old one with the reason."""
    shift = DateShift(old_on=project.due_on, new_on=new_date, reason=reason, at=by.at)
    project.shifts.append(shift)
    move_milestones(project, project.due_on, new_date)
    project.due_on = new_date
    return shift


def shift_date(
    session: Session,
    by: Signature,
    project: Project,
    *,
    new_date: date,
    reason: str,
    today: date | None = None,
    seen: int | None = None,
) -> DateShift:
    """Promise another date, with a reason residents read and a letter to the followers."""
    begin_open(by, project, seen)
    check_new_date(project, new_date, today or by.at.date())
    if not reason:
        raise Refusal("project.need_reason", field="reason")
    shift = move_date(by, project, new_date, reason)
    touch(by, project)
    session.flush()
    audit.record(
        session,
        by,
        "project.date_moved",
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=reason,
        old_on=shift.old_on.isoformat(),
        new_on=new_date.isoformat(),
    )
    tell_followers(
        session,
        by,
        project,
        "project_date",
        old_on=shift.old_on.isoformat(),
        due_on=new_date.isoformat(),
        reason=reason,
    )
    return shift


def appoint_manager(session: Session, by: Signature, project: Project, person_id: int) -> None:
    """Name the manager who answers for the project; one who holds the role in its district."""
    begin(by, project)
    able = {person.id for person in holders(session, [Role.MANAGER], project.area_id)}
    if person_id not in able:
        raise Refusal("project.no_such_manager", field="manager")
    project.manager_id = person_id
    touch(by, project)
    session.flush()
    audit.record(
        session,
        by,
        "project.manager_appointed",
        ("project", project.id),
        cycle_id=project.cycle_id,
        person=person_id,
    )
