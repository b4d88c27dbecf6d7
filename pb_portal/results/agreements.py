"""The audit of what two people agreed to: the log names the same two as the requests and voids."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit.models import AuditEntry
from pb_portal.voting.fraud.voiding import RESTORE, VOID
from pb_portal.voting.models import RestoredVote, VoidedBallot

DECIDED = ("approved", "declined")


def find_differences(session: Session, cycle_id: int) -> Iterator[str]:
    """Requests of a vote, and of no vote, whose people are not those of the log; voids and votes
    given again without a request of the same two people."""
    requests = {
        str(row.id): row
        for row in session.execute(
            select(
                ApprovalRequest.id,
                ApprovalRequest.kind,
                ApprovalRequest.state,
                ApprovalRequest.proposed_by,
                ApprovalRequest.decided_by,
            )
        )
    }
    here = or_(AuditEntry.cycle_id == cycle_id, AuditEntry.cycle_id.is_(None))
    entries = session.execute(
        select(AuditEntry.action, AuditEntry.subject_id, AuditEntry.actor_id)
        .where(AuditEntry.subject_type == "approval", here)
        .order_by(AuditEntry.id)
    )
    for action, number, person in entries:
        kind, _, word = action.rpartition(".")
        request = requests.get(number)
        if word != "proposed" and word not in DECIDED:
            continue
        if request is None or request.kind != kind:
            yield f"the log names request {number}, which is not there as it was"
        elif word == "proposed" and request.proposed_by != person:
            yield f"the log names another person who made request {number}"
        elif word != "proposed" and (request.decided_by, request.state) != (person, word):
            yield f"the log names another decision or person for request {number}"
    for model, kind, what in (
        (VoidedBallot, VOID, "a ballot was declared void"),
        (RestoredVote, RESTORE, "a vote was given again"),
    ):
        agreed = exists().where(
            ApprovalRequest.kind == kind,
            ApprovalRequest.state == "approved",
            ApprovalRequest.cycle_id == cycle_id,
            ApprovalRequest.proposed_by == model.proposed_by,
            ApprovalRequest.decided_by == model.approved_by,
        )
        if session.scalar(select(exists().where(model.cycle_id == cycle_id, ~agreed))):
            yield f"{what} without a request of these two people"
