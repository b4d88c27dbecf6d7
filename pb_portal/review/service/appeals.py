"""The council's answer to an author who appealed against a rejection."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P
from pb_portal.domain.proposal_states import ProposalAction, step_for
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import ProposalEvent
from pb_portal.proposals.service import change_status
from pb_portal.review.service.opening import open_file


def answer_appeal(
    session: Session, by: Signature, proposal_id: int, *, grant: bool, words: str, version: int
) -> ProposalEvent:
    """Send the file into review once more, or let the rejection stand for good. Either way with a
    sentence that residents read."""
    proposal = open_file(session, by, proposal_id, P.DECIDE, version)
    action = ProposalAction.GRANT if grant else ProposalAction.UPHOLD
    step_for(proposal.status, action)
    if not words:
        raise Refusal("appeal.words_missing", field="reply")
    if grant:
        proposal.reviewer_id = None
    event = change_status(session, by, proposal, action, part="secretary", reason=words)
    audit.record(
        session,
        by,
        "appeal.answered",
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        granted=grant,
    )
    return event
