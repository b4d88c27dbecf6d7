"""The one writer of a project's state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.project_states import ProjectState, Step, step_between
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project, ProjectEvent
from pb_portal.projects.service.guard import begin, touch
from pb_portal.projects.service.letters import tell_followers
from pb_portal.projects.service.milestones import fulfil
from pb_portal.projects.service.plan import check_new_date, move_date

_PRESENT: dict[str, Callable[[Project], object]] = {
    "contract": lambda project: project.contract_sum is not None,
    "acceptance": lambda project: project.accepted_on is not None and project.acceptance_act,
    "quantities": lambda project: all(line.delivered is not None for line in project.lines),
    "after_photo": lambda project: any(photo.stage == "after" for photo in project.photos),
}


def lacking(project: Project, step: Step) -> list[str]:
    """What the step needs and the project does not have yet (reason and date come with it)."""
    return [name for name in step.needs if name in _PRESENT and not _PRESENT[name](project)]


def change_status(
    session: Session,
    by: Signature,
    project: Project,
    target: ProjectState | str,
    *,
    reason: str = "",
    new_date: date | None = None,
    seen: int | None = None,
    today: date | None = None,
) -> ProjectEvent:
    """Take the step to `target` with its event, audit entry and letters.

    Refuses a step that does not exist, a missing need, reason or date, and a date that is past.
    """
    begin(by, project, seen)
    step = step_between(project.status, target)
    for name in lacking(project, step):
        raise Refusal(f"project.need_{name}", field="target")
    if "reason" in step.needs and not reason:
        raise Refusal("project.need_reason", field="reason")
    if "new_date" in step.needs:
        check_new_date(project, new_date, today or by.at.date())
    event = ProjectEvent(
        origin=project.status,
        target=step.target,
        at=by.at,
        actor_id=by.actor.person_id,
        reason=reason,
    )
    project.events.append(event)
    project.status = step.target
    if step.target == ProjectState.COMPLETED:
        project.progress = 100
    fulfil(project, step.target, today or by.at.date())
    if "new_date" in step.needs and new_date is not None:
        move_date(by, project, new_date, reason)
    touch(by, project, news=True)
    session.flush()
    _tell(session, by, project, event, moved="new_date" in step.needs)
    return event


def _tell(
    session: Session, by: Signature, project: Project, event: ProjectEvent, *, moved: bool
) -> None:
    audit.record(
        session,
        by,
        "project.step_taken",
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=event.reason,
        origin=str(event.origin),
        target=str(event.target),
    )
    tell_followers(
        session,
        by,
        project,
        "project_step",
        state=str(event.target),
        reason=event.reason,
        due_on=project.due_on.isoformat() if moved else "",
    )
