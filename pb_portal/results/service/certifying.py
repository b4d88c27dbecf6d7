"""Certifying with four eyes. Numbers stay sealed until the second signature."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing
from pb_portal.domain.permissions import P
from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.proposals import service as proposals
from pb_portal.results import checks
from pb_portal.results.models import CountRun, ProposalResult
from pb_portal.results.service.counting import gather, proposal_rows_of, tally
from pb_portal.results.service.guard import demand_city
from pb_portal.signing import Signer
from pb_portal.voting import heads
from pb_portal.voting.fraud import voiding
from pb_portal.voting.paper import service as paper


def propose_certification(session: Session, by: Signature, run: CountRun) -> ApprovalRequest:
    """The first commissioner signs; refuses a run that was replaced or whose checks fail."""
    demand_city(by, P.CERTIFY)
    if run.state != "counted":
        raise Conflict("result.not_current")
    if not checks.all_hold(run.checks):
        raise Refusal("result.checks_fail")
    return approvals.propose(
        session,
        by,
        CERTIFY,
        f"count:{run.id}",
        payload={"run_id": run.id, "input_digest": run.input_digest},
        reason="",
        cycle_id=run.cycle_id,
    )


def decide_certification(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    *,
    approve: bool,
    signer: Signer,
    reason: str = "",
) -> CountRun:
    """The second commissioner's word. Approving reads the box once more, publishes the result
    with the lot's seed and moves every proposal of the ballot on; declining needs a reason."""
    demand_city(by, P.CERTIFY)
    run = _run_of(session, request)
    four_eyes.decide(session, by, request, approve=approve, reason=reason, context=signer)
    return run


def _run_of(session: Session, request: ApprovalRequest) -> CountRun:
    if request.kind != CERTIFY:
        raise Missing("approval")
    run = session.get(CountRun, request.payload["run_id"], with_for_update=True)
    if run is None:
        raise Missing("count")
    return run


def _certify(session: Session, by: Signature, request: ApprovalRequest, signer: Signer) -> None:
    run, first = _run_of(session, request), request.proposed_by
    if run.state != "counted":
        raise Conflict("result.not_current")
    cycle = cycles.get_cycle_by_id(session, run.cycle_id)
    again = tally(gather(session, by, cycle, signer), twice=False)
    material = again.material
    same = (material.input_digest, again.result_digest) == (run.input_digest, run.result_digest)
    kept = checks.rows_as_counted(session, run, proposal_rows_of(run.id, again))
    run.checks = {**again.checks, "recount": run.checks["recount"]}
    if not same or not kept or not checks.all_hold(run.checks):
        raise Refusal("result.changed")
    run.lot_seed = material.seed.hex()
    head = heads.newest(session, cycle.id)
    run.ledger_root = head.root if head else ""
    run.first_commissioner_id, run.second_commissioner_id = first, by.actor.person_id
    run.certified_at, run.state = by.at, "certified"
    paper.close_box(session, by, cycle.id)
    audit.record(
        session,
        by,
        "count.certified",
        ("count", run.id),
        cycle_id=cycle.id,
        first=first,
        result_digest=run.result_digest,
    )
    voiding.close(session, by, cycle)
    _move_proposals(session, by, run)
    session.flush()


def _move_proposals(session: Session, by: Signature, run: CountRun) -> None:
    results = session.scalars(select(ProposalResult).where(ProposalResult.run_id == run.id)).all()
    system = Signature(SYSTEM, by.at)
    for result in results:
        if result.proposal.status != ProposalState.ADMITTED:
            continue
        action = ProposalAction.SELECT if result.selected else ProposalAction.PASS_OVER
        proposals.change_status(session, system, result.proposal, action, part="system")


CERTIFY = registry.register(
    "result.certify",
    label=N_("Certify a result"),
    may_propose=P.CERTIFY,
    may_approve=P.CERTIFY,
    apply=_certify,
    decline_reason="result.reason_missing",
)
