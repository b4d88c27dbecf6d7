"""Deciding on another person's request: both must hold their roles at this very moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import require_approver
from pb_portal.domain.permissions import P, may
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.signature import Signature


def decide(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    *,
    approve: bool,
    reason: str = "",
    context: Any = None,
) -> Any:
    """The second person's word on a request of any kind; returns what the kind's step returns.

    This is the only way from a request to its act. Both accounts are read afresh under a lock: the
    decider must hold the kind's permission now, whatever was true when the page was opened, and
    must have just shown the second factor. Approving is a conflict (`approval.proposer_gone`) once
    the proposer is blocked or has lost the role; declining such a request is always possible.
    """
    kind = require_approver(by, request.kind)
    if by.actor.person_id is None or not _holds(session, by.actor.person_id, kind.may_approve):
        raise Forbidden(kind.may_approve)
    if not approve and kind.decline_reason and not reason:
        raise Refusal(kind.decline_reason, field="reason")
    if approve and kind.check is not None:
        kind.check(session, by, request, context)
    if approve and not _holds(session, request.proposed_by, kind.may_propose):
        raise Conflict("approval.proposer_gone")
    approvals.decide(session, by, request, approve=approve, reason=reason)
    session.flush()
    step = kind.apply if approve else kind.decline
    return step(session, by, request, context) if step is not None else None


def _holds(session: Session, person_id: int, permission: P) -> bool:
    person = session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return person is not None and person.blocked_at is None and may(person.actor(), permission)
