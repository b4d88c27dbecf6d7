"""Counting, and certifying with four eyes. Numbers stay sealed until the second signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles import service as cycle_service
from pb_portal.cycles.models import Cycle, RuleBookRow
from pb_portal.db import Missing, database_now
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.proposals import service as proposals
from pb_portal.results import checks, queries
from pb_portal.results.elections import (
    AreaVote,
    entries_of,
    input_digest,
    result_digest,
    votes_by_area,
)
from pb_portal.results.models import AreaResult, CountRun, ProposalResult
from pb_portal.results.rows import area_row, proposal_rows
from pb_portal.tally import ElectionError, Outcome, lot
from pb_portal.tally import count as count_election
from pb_portal.voting import queries as voting

CERTIFY = "result.certify"


@dataclass(frozen=True)
class Counted:
    """A count in memory: nothing of it is stored or shown yet."""

    votes: Sequence[AreaVote]
    outcomes: Sequence[Outcome]
    ballots: int
    input_digest: str
    result_digest: str
    checks: dict[str, Any]


def count(session: Session, by: Signature, cycle: Cycle) -> CountRun:
    """Count a cycle after its vote; the numbers are stored and sealed.

    Counting the same ballots again gives the same run; other ones replace it. Refuses while the
    vote is open (by the database's clock), after certification, and while a second commissioner
    is asked to certify.
    """
    _demand_city(by, P.COUNT)
    row = _ready_to_count(session, cycle)
    former = queries.find_counted(session, cycle.id)
    if former is not None and queries.find_request(session, former) is not None:
        raise Refusal("result.waiting")
    counted = _count(session, cycle, row, database_now(session))
    if former is not None and former.input_digest == counted.input_digest:
        former.checks = counted.checks
        return former
    if former is not None:
        _discard(session, by, former)
    return _store(session, by, cycle, row, counted)


def propose_certification(session: Session, by: Signature, run: CountRun) -> ApprovalRequest:
    """The first commissioner signs; refuses a run that was replaced or whose checks fail."""
    _demand_city(by, P.CERTIFY)
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
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> CountRun:
    """The second commissioner's word. Approving counts once more, publishes the result with the
    lot's seed and moves every proposal of the ballot on; declining needs a reason."""
    _demand_city(by, P.CERTIFY)
    run = _run_of(session, request)
    if not approve and not reason:
        raise Refusal("result.reason_missing", field="reason")
    approvals.decide(session, by, request, approve=approve, reason=reason)
    if approve:
        _certify(session, by, run, request.proposed_by)
    return run


def _demand_city(by: Signature, permission: P) -> None:
    """A result covers the whole city, so a commissioner of one district is not enough."""
    demand(by.actor, permission)
    if by.actor != SYSTEM and areas_of(by.actor, permission) is not None:
        raise Forbidden(permission)


def _ready_to_count(session: Session, cycle: Cycle) -> RuleBookRow:
    session.get(Cycle, cycle.id, with_for_update=True)
    phase = cycle_service.lock_phase(session, cycle.id, PhaseKind.VOTING)
    if phase is None or cycle.is_imported:
        raise Refusal("result.no_vote")
    if phase.ends_at > database_now(session):
        raise Refusal("result.vote_open")
    if queries.certified_run(session, cycle.id) is not None:
        raise Refusal("result.certified_already")
    row = cycle.rule_book
    if row is None or row.frozen_at is None or not row.lot_seed:
        raise Refusal("result.rules_not_frozen")
    return row


def _count(session: Session, cycle: Cycle, row: RuleBookRow, at: datetime) -> Counted:
    rules, seed = RuleBook.from_dict(row.content), bytes.fromhex(row.lot_seed)
    votes, ballots = votes_by_area(
        cycle, rules, entries_of(session, cycle.id), voting.counted_ballots(session, cycle.id, at)
    )
    try:
        outcomes = [
            count_election(vote.election, vote.election.rule, lot(seed, vote.election))
            for vote in votes
        ]
    except ElectionError as error:
        raise Refusal("result.rule_unfit", rule=rules.counting_rule) from error
    codes = [vote.part.area.code for vote in votes]
    return Counted(
        votes=votes,
        outcomes=outcomes,
        ballots=ballots,
        input_digest=input_digest(seed, row.digest, votes),
        result_digest=result_digest(seed, list(zip(codes, outcomes, strict=True))),
        checks={
            "rules": checks.rules_kept(row),
            "lot": checks.lot_kept(row),
            "ballots": checks.ballots_match(session, cycle.id, ballots),
            "ledger": checks.ledger_matches(session, cycle.id),
            "recount": checks.recounted(votes, outcomes, seed),
        },
    )


def _store(
    session: Session, by: Signature, cycle: Cycle, row: RuleBookRow, counted: Counted
) -> CountRun:
    run = CountRun(
        cycle_id=cycle.id,
        counted_at=by.at,
        counted_by=by.actor.person_id,
        rule=counted.outcomes[0].rule if counted.outcomes else "",
        input_digest=counted.input_digest,
        result_digest=counted.result_digest,
        rules_digest=row.digest,
        turnout={"voters": counted.checks["ballots"]["voters"], "ballots": counted.ballots},
        checks=counted.checks,
    )
    session.add(run)
    session.flush()
    for vote, outcome in zip(counted.votes, counted.outcomes, strict=True):
        session.add(area_row(run.id, vote.part, vote.election, outcome))
        ids = {str(entry.number): (entry.id, entry.number) for entry in vote.entries}
        session.add_all(proposal_rows(run.id, vote.part, vote.election, outcome, ids))
    audit.record(
        session,
        by,
        "count.run",
        ("count", run.id),
        cycle_id=cycle.id,
        ballots=counted.ballots,
        input_digest=counted.input_digest,
    )
    session.flush()
    return run


def _discard(session: Session, by: Signature, run: CountRun) -> None:
    session.execute(delete(ProposalResult).where(ProposalResult.run_id == run.id))
    session.execute(delete(AreaResult).where(AreaResult.run_id == run.id))
    session.expire(run, ["areas"])
    run.state = "discarded"
    audit.record(session, by, "count.discarded", ("count", run.id), cycle_id=run.cycle_id)


def _run_of(session: Session, request: ApprovalRequest) -> CountRun:
    if request.kind != CERTIFY:
        raise Missing("approval")
    run = session.get(CountRun, request.payload["run_id"], with_for_update=True)
    if run is None:
        raise Missing("count")
    return run


def _certify(session: Session, by: Signature, run: CountRun, first: int) -> None:
    if run.state != "counted":
        raise Conflict("result.not_current")
    cycle = cycles.get_cycle_by_id(session, run.cycle_id)
    row = _ready_to_count(session, cycle)
    again = _count(session, cycle, row, database_now(session))
    same = (again.input_digest, again.result_digest) == (run.input_digest, run.result_digest)
    if not same or not checks.all_hold(again.checks):
        raise Refusal("result.changed")
    run.checks = again.checks
    run.lot_seed = row.lot_seed
    run.ledger_root = voting.ledger_root(session, cycle.id, database_now(session)).root
    run.first_commissioner_id, run.second_commissioner_id = first, by.actor.person_id
    run.certified_at, run.state = by.at, "certified"
    audit.record(
        session,
        by,
        "count.certified",
        ("count", run.id),
        cycle_id=cycle.id,
        first=first,
        result_digest=run.result_digest,
    )
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
