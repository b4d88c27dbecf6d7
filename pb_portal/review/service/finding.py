"""Taking a file, and recording what the reviewer found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.domain.checklist import failed, unanswered
from pb_portal.domain.permissions import P
from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import change_status, rework_until
from pb_portal.proposals.service.remarks import ReviewedWork, set_remarks, set_reviewed_lines
from pb_portal.review.models import ReviewOpinion
from pb_portal.review.service.opening import open_file
from pb_portal.review.service.together import forget_finding

TO_TAKE = frozenset({ProposalState.SUBMITTED, ProposalState.RESUBMITTED})


@dataclass(frozen=True)
class Finding:
    """What a reviewer concluded: `recommends` is return, admit or reject.

    With `lines` the reviewed cost is their sum; `remarks` say field by field what to change.
    """

    recommends: str
    checklist: Mapping[str, str] = field(default_factory=dict)
    reviewed_cost: int | None = None
    remark: str = ""
    grounds: Sequence[str] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[ReviewedWork] = ()


def take(session: Session, by: Signature, proposal_id: int, *, version: int) -> Proposal:
    """Take a file: it becomes this reviewer's, and in review. Taking over a colleague's file is
    allowed within the district; a file that moved meanwhile is a conflict."""
    proposal = open_file(session, by, proposal_id, P.REVIEW, version)
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
    proposal = open_file(session, by, proposal_id, P.REVIEW, version)
    if proposal.status != ProposalState.IN_REVIEW:
        raise Refusal("review.not_in_review")
    if proposal.reviewer_id != by.actor.person_id:
        raise Refusal("review.not_taken")
    cost = cost_of(proposal, finding)
    _check_finding(session, proposal, finding, cost, by.at)
    opinion = ReviewOpinion(
        proposal_id=proposal.id,
        reviewer_id=by.actor.person_id,
        at=by.at,
        recommends=finding.recommends,
        checklist=dict(finding.checklist),
        reviewed_cost=cost,
        remark=finding.remark,
        grounds=list(finding.grounds) if finding.recommends == "reject" else [],
    )
    session.add(opinion)
    if finding.lines:
        set_reviewed_lines(session, proposal, finding.lines)
    _pass_on(session, by, proposal, finding, cost)
    forget_finding(session, by, proposal.id)
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


def cost_of(proposal: Proposal, finding: Finding) -> int | None:
    """The reviewed cost: the sum of the reviewed lines where there are any."""
    if not finding.lines:
        return finding.reviewed_cost
    return sum(line.sum for line in finding.lines)


def _pass_on(
    session: Session, by: Signature, proposal: Proposal, finding: Finding, cost: int | None
) -> None:
    if finding.recommends != "return":
        proposal.reviewed_cost = cost
        proposal.updated_at = by.at
        return
    set_remarks(session, by, proposal, finding.remarks)
    change_status(
        session, by, proposal, ProposalAction.RETURN, part="reviewer", reason=finding.remark
    )


def _check_finding(
    session: Session, proposal: Proposal, finding: Finding, cost: int | None, at: datetime
) -> None:
    _check_lines(proposal, finding.lines)
    if finding.recommends == "return":
        if not finding.remark:
            raise Refusal("review.remark_missing", field="remark")
        until = rework_until(proposal.cycle)
        if until is not None and at >= until:
            raise Refusal("review.rework_over", field="recommends")
        return
    questions = cycles.checklist(session, proposal.cycle_id)
    if unanswered(finding.checklist, questions):
        raise Refusal("review.answer_all")
    if not cost:
        raise Refusal("review.cost_missing", field="reviewed_cost")
    if finding.recommends == "reject":
        _check_rejection(session, finding)
        return
    if failed(finding.checklist, questions) and not finding.remark:
        raise Refusal("review.no_needs_remark", field="remark")
    cap = proposal.cycle.cap
    if cap is not None and cost > cap:
        raise Refusal("review.over_cap", field="reviewed_cost")


def _check_rejection(session: Session, finding: Finding) -> None:
    if not finding.remark:
        raise Refusal("review.reject_needs_remark", field="remark")
    published = {ground.code for ground in cycles.grounds(session)}
    if not finding.grounds or not set(finding.grounds) <= published:
        raise Refusal("council.no_ground", field="grounds")


def _check_lines(proposal: Proposal, works: Sequence[ReviewedWork]) -> None:
    """What differs from the author's estimate needs a reason, which the author reads."""
    own = {line.id: line for line in proposal.lines}
    for place, work in enumerate(works):
        line = own.get(work.line_id) if work.line_id is not None else None
        same = line is not None and (line.quantity, line.unit_price) == (
            work.quantity,
            work.unit_price,
        )
        if not same and not work.reason:
            key = line.id if line else f"new{place - len(own)}"
            raise Refusal("review.line_reason", field=f"line_why_{key}")
