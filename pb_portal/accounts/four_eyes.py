"""Deciding on another person's request: both must hold their roles at this very moment."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.domain.permissions import P, demand, may
from pb_portal.domain.refusal import Conflict, Forbidden
from pb_portal.domain.signature import Signature


def decide(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    *,
    proposer: P,
    approver: P,
    approve: bool,
    reason: str = "",
) -> ApprovalRequest:
    """The second person's word on a request.

    Both accounts are read afresh under a lock: the decider must hold `approver` now, whatever was
    true when the page was opened. Approving is a conflict (`approval.proposer_gone`) once the
    proposer is blocked or no longer holds `proposer`; declining such a request is always possible.
    """
    if by.actor.person_id is None:
        raise Forbidden(approver)
    demand(by.actor, approver)
    if not _holds(session, by.actor.person_id, approver):
        raise Forbidden(approver)
    if approve and not _holds(session, request.proposed_by, proposer):
        raise Conflict("approval.proposer_gone")
    return approvals.decide(session, by, request, approve=approve, reason=reason)


def _holds(session: Session, person_id: int, permission: P) -> bool:
    person = session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return person is not None and person.blocked_at is None and may(person.actor(), permission)
