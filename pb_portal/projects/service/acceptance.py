"""The act of acceptance and what was accepted of every promised line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Acceptance, AcceptedLine, Project, ProjectLine
from pb_portal.projects.rules import Limits, check_days, need
from pb_portal.projects.service.guard import begin_open, saved


def record_acceptance(
    session: Session,
    by: Signature,
    project: Project,
    *,
    accepted_on: date,
    act: str,
    delivered: Mapping[int, tuple[int, str]],
    late_reason: str = "",
    reason: str = "",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    today: date | None = None,
    seen: int | None = None,
) -> Acceptance:
    """Enter the act and what was accepted of every line: {line id: (quantity, reason)}.

    Less than promised, much more, or much later needs a reason the public reads; nothing can be
    accepted before a contract. A second act corrects the first and says why.
    """
    begin_open(by, project, seen)
    if project.contract_on is None:
        raise Refusal("project.acceptance_before_contract", field="accepted_on")
    check_days(
        accepted_on,
        "accepted_on",
        earliest=project.contract_on,
        latest=today or by.at.date(),
        code="project.before_contract",
    )
    need(act, "project.act_missing", "act")
    if limits.days_late(project.promised_on, accepted_on):
        need(late_reason, "project.late_reason_missing", "late_reason")
    if project.accepted_on is not None:
        need(reason, "project.change_reason", "change_reason")
    row = Acceptance(
        project_id=project.id,
        accepted_on=accepted_on,
        act=act,
        late_reason=late_reason,
        reason=reason if project.accepted_on is not None else "",
        recorded_at=by.at,
        actor_id=by.actor.person_id,
        lines=[_accepted(line, delivered.get(line.id), limits) for line in project.lines],
    )
    session.add(row)
    _stand(project, row)
    saved(
        session,
        by,
        project,
        "project.acceptance_recorded",
        reason=row.reason or row.late_reason,
        accepted_on=accepted_on.isoformat(),
        delivered={str(line.id): line.delivered for line in project.lines},
    )
    return row


def _accepted(line: ProjectLine, said: tuple[int, str] | None, limits: Limits) -> AcceptedLine:
    quantity, reason = said or (None, "")
    if quantity is None:
        raise Refusal("project.quantity_missing", field=f"delivered_{line.id}")
    if quantity < 0:
        raise Refusal("project.quantity_negative", field=f"delivered_{line.id}")
    if limits.quantity_differs(line.promised, quantity) and not reason:
        less = quantity < line.promised
        code = "project.smaller_reason" if less else "project.larger_reason"
        raise Refusal(code, field=f"reason_{line.id}")
    return AcceptedLine(line_id=line.id, quantity=quantity, difference=reason)


def _stand(project: Project, row: Acceptance) -> None:
    """Let the project show what the newest act says."""
    said = {accepted.line_id: accepted for accepted in row.lines}
    for line in project.lines:
        line.delivered = said[line.id].quantity
        line.difference = said[line.id].difference
    project.accepted_on, project.acceptance_act = row.accepted_on, row.act
    project.late_reason = row.late_reason
