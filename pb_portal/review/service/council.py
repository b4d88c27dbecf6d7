"""Recording the council's decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.service import lock_phase
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction, step_for
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import change_status
from pb_portal.review import queries
from pb_portal.review.models import CouncilDecision
from pb_portal.review.service.opening import open_file


@dataclass(frozen=True)
class Sitting:
    """The council's decision on one file: `outcome` is admit or reject."""

    on: date
    protocol_number: str
    votes_for: int
    votes_against: int
    outcome: str
    grounds: Sequence[str] = ()
    sentence: str = ""
    sitting_id: int | None = None


def decide(
    session: Session,
    by: Signature,
    proposal_id: int,
    sitting: Sitting,
    *,
    version: int,
    today: date,
) -> CouncilDecision:
    """Record the council's decision; the proposal is admitted or rejected by it.

    Nothing is admitted once voting has opened, or over the cap. A rejection needs a published
    ground and a sentence.
    """
    proposal = open_file(session, by, proposal_id, P.DECIDE, version)
    action = ProposalAction.ADMIT if sitting.outcome == "admit" else ProposalAction.REJECT
    step_for(proposal.status, action)
    if not queries.passed_to_council(session, proposal):
        raise Refusal("council.not_ready")
    _check_sitting(session, sitting, today)
    if action is ProposalAction.ADMIT:
        _check_admission(session, by, proposal)
    decision = CouncilDecision(
        proposal_id=proposal.id,
        secretary_id=by.actor.person_id,
        at=by.at,
        sitting_on=sitting.on,
        protocol_number=sitting.protocol_number,
        votes_for=sitting.votes_for,
        votes_against=sitting.votes_against,
        outcome=sitting.outcome,
        grounds=list(sitting.grounds) if action is ProposalAction.REJECT else [],
        sentence=sitting.sentence,
        sitting_id=sitting.sitting_id,
    )
    session.add(decision)
    session.flush()
    audit.record(
        session,
        by,
        "council.decided",
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        decision=decision.id,
        outcome=decision.outcome,
        votes_for=decision.votes_for,
        votes_against=decision.votes_against,
    )
    change_status(
        session,
        by,
        proposal,
        action,
        part="secretary",
        reason=decision.sentence,
        grounds=decision.grounds,
    )
    return decision


def _check_sitting(session: Session, sitting: Sitting, today: date) -> None:
    if sitting.on > today:
        raise Refusal("council.future", field="sitting_on")
    if sitting.votes_for < max(1, sitting.votes_against):
        raise Refusal("council.votes", field="votes_for")
    if sitting.outcome == "reject":
        known = {ground.code for ground in cycles.grounds(session)}
        if not sitting.grounds or not set(sitting.grounds) <= known:
            raise Refusal("council.no_ground", field="grounds")
        if not sitting.sentence:
            raise Refusal("council.no_sentence", field="sentence")


def _check_admission(session: Session, by: Signature, proposal: Proposal) -> None:
    voting = lock_phase(session, proposal.cycle_id, PhaseKind.VOTING)
    if voting is not None and voting.starts_at <= by.at:
        raise Refusal("council.vote_open", field="outcome")
    cap = proposal.cycle.cap
    if cap is not None and proposal.price > cap:
        raise Refusal("review.over_cap", field="outcome")
