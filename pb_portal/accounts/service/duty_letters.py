"""Letters about duties: a role given or taken away, a request that waits for a second person.

They name neither the proposer nor the person concerned, and give no reason: that stands at the
desk, behind the login.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.approvals import registry
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit import service as audit
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.permissions import GRANTS, may
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox

REMINDED = "approval.reminded"


def list_approvers(session: Session, request: ApprovalRequest) -> Sequence[Person]:
    """People who may decide on a request now: not its proposer, nor whom it concerns."""
    permission = registry.KINDS[request.kind].may_approve
    roles = sorted(GRANTS[permission])
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role.in_(roles))),
            Person.id.not_in([request.proposed_by, request.concerns or 0]),
            Person.blocked_at.is_(None),
            Person.deleted_at.is_(None),
        )
        .order_by(Person.id)
    ).all()
    return [person for person in people if may(person.actor(), permission)]


def notify_approvers(
    session: Session, by: Signature, request: ApprovalRequest, *, reminder: bool = False
) -> int:
    """Write to everybody who may decide on a request; returns how many letters there are."""
    approvers = list_approvers(session, request)
    for person in approvers:
        outbox.post(
            session,
            by,
            "approval_asked",
            recipient=person.email,
            locale=person.locale,
            name=person.name,
            kind=request.kind,
            asked_at=request.proposed_at.isoformat(),
            reminder=reminder,
            path="/desk",
        )
    return len(approvers)


def remind_approvers(session: Session, by: Signature, days: int) -> int:
    """Write once more about requests that have waited for so many days, once for each; returns
    how many requests there are. Without days nobody is reminded."""
    if not days:
        return 0
    reminded = select(AuditEntry.subject_id).where(
        AuditEntry.action == REMINDED, AuditEntry.subject_type == "approval"
    )
    waiting = session.scalars(
        select(ApprovalRequest)
        .where(
            ApprovalRequest.state == "open",
            ApprovalRequest.proposed_at <= by.at - timedelta(days=days),
            cast(ApprovalRequest.id, String).not_in(reminded),
        )
        .order_by(ApprovalRequest.id)
        .with_for_update(skip_locked=True)
    ).all()
    known = [request for request in waiting if request.kind in registry.KINDS]
    for request in known:
        notify_approvers(session, by, request, reminder=True)
        audit.record(session, by, REMINDED, ("approval", request.id), cycle_id=request.cycle_id)
    return len(known)


def notify_of_access(
    session: Session,
    by: Signature,
    person: Person,
    change: str,
    *,
    role: str = "",
    area_id: int | None = None,
) -> None:
    """Tell somebody that their access to the desk has changed: `role_given`, `role_taken`,
    `blocked`, `unblocked` or `factor_reset`."""
    outbox.post(
        session,
        by,
        "staff_access",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        change=change,
        role=role,
        whole_city=area_id is None,
        path="/desk" if change in ("role_given", "unblocked") else "/help",
    )


def list_role_changes(session: Session, person_id: int, since: datetime) -> Sequence[AuditEntry]:
    """What was given to this person, or taken away, since a moment; newest first."""
    return session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_type == "person",
            AuditEntry.subject_id == str(person_id),
            AuditEntry.action.in_(("account.role_granted", "account.role_revoked")),
            AuditEntry.at >= since,
        )
        .order_by(AuditEntry.id.desc())
    ).all()


registry.AFTER_PROPOSAL.append(notify_approvers)
