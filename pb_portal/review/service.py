"""Taking a file, recording a finding, recording the council's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.service import lock_phase
from pb_portal.domain.checklist import failed, unanswered
from pb_portal.domain.permissions import P, demand, owns
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import Ground, ProposalAction, ProposalState, step_for
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.proposals.service import change_status, rework_until
from pb_portal.review import queries
from pb_portal.review.models import CouncilDecision, ReviewOpinion

TO_TAKE = frozenset({ProposalState.SUBMITTED, ProposalState.RESUBMITTED, ProposalState.APPEALED})


@dataclass(frozen=True)
class Finding:
    """What a reviewer concluded: `recommends` is return, admit or reject."""

    recommends: str
    checklist: Mapping[str, str] = field(default_factory=dict)
    reviewed_cost: int | None = None
    remark: str = ""


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


def take(session: Session, by: Signature, proposal_id: int, *, version: int) -> Proposal:
    """Take a file: it becomes this reviewer's, and in review. Taking over a colleague's file is
    allowed within the district; a file that moved meanwhile is a conflict."""
    proposal = _open_file(session, by, proposal_id, P.REVIEW, version)
    if proposal.status not in {*TO_TAKE, ProposalState.IN_REVIEW}:
        raise Refusal("review.not_in_review")
    proposal.reviewer_id = by.actor.person_id
    audit.record(session, by, "review.taken", ("proposal", proposal.id), cycle_id=proposal.cycle_id)
    if proposal.status in TO_TAKE:
        change_status(session, by, proposal, ProposalAction.TAKE, part="reviewer")
    session.flush()
    return proposal


def record_finding(
    session: Session, by: Signature, proposal_id: int, finding: Finding, *, version: int
) -> ReviewOpinion:
    """Return the file to its author, or pass it to the council with a recommendation."""
    proposal = _open_file(session, by, proposal_id, P.REVIEW, version)
    if proposal.status != ProposalState.IN_REVIEW:
        raise Refusal("review.not_in_review")
    if proposal.reviewer_id != by.actor.person_id:
        raise Refusal("review.not_taken")
    _check_finding(proposal, finding, by.at)
    opinion = ReviewOpinion(
        proposal_id=proposal.id,
        reviewer_id=by.actor.person_id,
        at=by.at,
        recommends=finding.recommends,
        checklist=dict(finding.checklist),
        reviewed_cost=finding.reviewed_cost,
        remark=finding.remark,
    )
    session.add(opinion)
    if finding.recommends == "return":
        change_status(
            session,
            by,
            proposal,
            ProposalAction.RETURN,
            part="reviewer",
            reason=finding.remark,
        )
    else:
        proposal.reviewed_cost = finding.reviewed_cost
        proposal.updated_at = by.at
    session.flush()
    audit.record(
        session,
        by,
        "review.recorded",
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        opinion=opinion.id,
        recommends=opinion.recommends,
        reviewed_cost=opinion.reviewed_cost,
    )
    return opinion


def decide(
    session: Session,
    by: Signature,
    proposal_id: int,
    sitting: Sitting,
    *,
    version: int,
    today: date,
) -> ProposalEvent:
    """Record the council's decision; the proposal is admitted or rejected by it.

    Nothing is admitted once voting has opened, or over the cap. A rejection needs a published
    ground and a sentence.
    """
    proposal = _open_file(session, by, proposal_id, P.DECIDE, version)
    action = ProposalAction.ADMIT if sitting.outcome == "admit" else ProposalAction.REJECT
    step_for(proposal.status, action)
    if not queries.passed_to_council(session, proposal):
        raise Refusal("council.not_ready")
    _check_sitting(sitting, today)
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
    return change_status(
        session,
        by,
        proposal,
        action,
        part="secretary",
        reason=decision.sentence,
        grounds=decision.grounds,
    )


def _open_file(
    session: Session, by: Signature, proposal_id: int, permission: P, version: int
) -> Proposal:
    """The file under a lock, as the person saw it; a conflict when it has moved since. Nobody
    reviews or decides on a proposal of their own."""
    proposal = queries.get_file(session, proposal_id, lock=True)
    demand(by.actor, permission, area_id=proposal.area_id)
    if owns(by.actor, proposal.author_id):
        raise Refusal("review.own")
    if proposal.version != version:
        raise Conflict("review.changed")
    return proposal


def _check_finding(proposal: Proposal, finding: Finding, at: datetime) -> None:
    if finding.recommends == "return":
        if not finding.remark:
            raise Refusal("review.remark_missing", field="remark")
        until = rework_until(proposal.cycle)
        if until is not None and at >= until:
            raise Refusal("review.rework_over", field="recommends")
        return
    if unanswered(finding.checklist):
        raise Refusal("review.answer_all")
    if finding.reviewed_cost is None:
        raise Refusal("review.cost_missing", field="reviewed_cost")
    if finding.recommends == "reject":
        if not finding.remark:
            raise Refusal("review.reject_needs_remark", field="remark")
        return
    if failed(finding.checklist) and not finding.remark:
        raise Refusal("review.no_needs_remark", field="remark")
    cap = proposal.cycle.cap
    if cap is not None and finding.reviewed_cost > cap:
        raise Refusal("review.over_cap", field="reviewed_cost")


def _check_sitting(sitting: Sitting, today: date) -> None:
    if sitting.on > today:
        raise Refusal("council.future", field="sitting_on")
    if sitting.votes_for < max(1, sitting.votes_against):
        raise Refusal("council.votes", field="votes_for")
    if sitting.outcome == "reject":
        if not sitting.grounds or not set(sitting.grounds) <= set(Ground):
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
