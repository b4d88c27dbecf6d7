"""Counting is repeatable and sealed; two commissioners certify it."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.approvals import service as approvals
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import Proposal
from pb_portal.results import checks, queries, service
from pb_portal.results.models import CountRun, ProposalResult
from pb_portal.tally import lot_order
from tests.factories import SIGNER, make_cycle, make_person, make_proposal, signed
from tests.unguarded import drop_guards


@pytest.fixture
def first(session: Session) -> Person:
    return make_person(session, "commissioner")


@pytest.fixture
def second(session: Session) -> Person:
    return make_person(session, "commissioner")


def certified(session: Session, cycle: Cycle, first: Person, second: Person) -> CountRun:
    run = service.count(session, signed(first), cycle, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    return service.decide_certification(
        session, signed(second), request, approve=True, signer=SIGNER
    )


def results(session: Session, run: CountRun) -> dict[int, ProposalResult]:
    rows = session.scalars(select(ProposalResult).where(ProposalResult.run_id == run.id))
    return {row.proposal.number or 0: row for row in rows}


def test_the_most_voted_that_fit_win_and_each_has_its_reason(
    session: Session, voted: Cycle, first: Person
) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    got = results(session, run)
    assert (got[1].reason, got[1].votes, got[1].params) == (
        "won",
        3,
        {"remaining": 100, "left": 40},
    )
    assert (got[2].reason, got[2].votes) == ("no_money_left", 2)
    assert got[2].params == {"remaining": 40, "shortfall": 20}
    assert (got[5].reason, got[5].selected) == ("no_votes", False)
    assert (got[6].reason, got[6].params["left"]) == ("won", 0)
    assert [(area.spent, area.ballots) for area in run.areas] == [(100, 4), (100, 1)]


def test_a_tie_is_broken_by_the_lot_that_was_committed_before_the_vote(
    session: Session, voted: Cycle, first: Person
) -> None:
    row = voted.rule_book
    assert row is not None
    seed = bytes.fromhex(row.lot_seed)
    assert hashlib.sha256(seed).hexdigest() == row.content["lot_commitment"]
    got = results(session, service.count(session, signed(first), voted, SIGNER))
    winner, loser = (int(one) for one in lot_order(seed, ["3", "4"]))
    assert got[winner].selected
    assert (got[loser].reason, got[loser].params["against"]) == ("lost_lot", [winner])


def test_counting_again_gives_the_same_run(session: Session, voted: Cycle, first: Person) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    assert service.count(session, signed(first), voted, SIGNER) is run
    assert session.scalar(select(func.count()).select_from(ProposalResult)) == 6


def test_other_ballots_replace_the_former_count(
    session: Session, voted: Cycle, first: Person, cast
) -> None:
    former = service.count(session, signed(first), voted, SIGNER)
    cast(voted, "late", [session.scalars(select(Proposal).where(Proposal.number == 5)).one()])
    run = service.count(session, signed(first), voted, SIGNER)
    assert run.id != former.id
    assert former.state == "discarded"
    assert former.input_digest != run.input_digest
    assert not results(session, former)
    with pytest.raises(Conflict, match="not_current"):
        service.propose_certification(session, signed(first), former)


def test_the_last_revision_of_a_ballot_counts(
    session: Session, voted: Cycle, first: Person, cast
) -> None:
    chosen = session.scalars(select(Proposal).where(Proposal.number == 5)).one()
    cast(voted, "voter-0", [chosen], 2)
    run = service.count(session, signed(first), voted, SIGNER)
    got = results(session, run)
    assert (got[1].votes, got[5].votes) == (2, 1)
    assert checks.all_hold(run.checks)
    assert run.checks["ledger"]["leaves"] == 6


def test_nothing_is_counted_while_the_vote_is_open(session: Session, first: Person) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    with pytest.raises(Refusal, match="vote_open"):
        service.count(session, signed(first), cycle, SIGNER)


def test_rules_that_were_not_frozen_are_not_counted_by(session: Session, first: Person) -> None:
    cycle = make_cycle(session, PhaseKind.RESULTS, frozen=False)
    with pytest.raises(Refusal, match="rules_not_frozen"):
        service.count(session, signed(first), cycle, SIGNER)


def test_only_a_commissioner_of_the_city_counts(session: Session, voted: Cycle) -> None:
    for person in (
        make_person(session, "administrator"),
        make_person(session, "auditor"),
        make_person(session, "commissioner", area=voted.areas[0].area),
    ):
        with pytest.raises(Forbidden):
            service.count(session, signed(person), voted, SIGNER)


def test_two_commissioners_certify_and_the_proposals_move_on(
    session: Session, voted: Cycle, first: Person, second: Person
) -> None:
    run = certified(session, voted, first, second)
    assert (run.state, run.first_commissioner_id, run.second_commissioner_id) == (
        "certified",
        first.id,
        second.id,
    )
    assert hashlib.sha256(bytes.fromhex(run.lot_seed)).hexdigest() == (
        voted.rule_book and voted.rule_book.content["lot_commitment"]
    )
    assert len(run.ledger_root) == 64
    states = dict(
        session.execute(select(Proposal.number, Proposal.status).order_by(Proposal.number)).all()
    )
    assert (states[1], states[2], states[6]) == ("selected", "not_selected", "selected")
    assert queries.certified_run(session, voted.id) is run
    letters = session.scalars(select(Letter.template)).all()
    assert letters.count("proposal_step") == 6 and letters.count("approval_asked") == 1
    actions = session.scalars(select(AuditEntry.action)).all()
    assert {"count.run", "count.certified", "result.certify.approved"} <= set(actions)


def test_nobody_certifies_alone(session: Session, voted: Cycle, first: Person) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    with pytest.raises(Refusal, match="same_person"):
        service.decide_certification(session, signed(first), request, approve=True, signer=SIGNER)
    assert run.state == "counted"


def test_the_database_refuses_one_person_as_both_commissioners(
    session: Session, voted: Cycle, first: Person
) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    for second in (first.id, None):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text(
                    "UPDATE results_count_run SET state = 'certified', certified_at = counted_at,"
                    " first_commissioner_id = :one, second_commissioner_id = :two WHERE id = :id"
                ),
                {"one": first.id, "two": second, "id": run.id},
            )


def test_a_certified_count_is_final(
    session: Session, voted: Cycle, first: Person, second: Person
) -> None:
    run = certified(session, voted, first, second)
    with pytest.raises(DatabaseError, match="final"), session.begin_nested():
        session.execute(
            text("UPDATE results_count_run SET rule = 'x' WHERE id = :id"), {"id": run.id}
        )
    for change in (
        "UPDATE results_proposal SET votes = 99 WHERE run_id = :id",
        "DELETE FROM results_proposal WHERE run_id = :id",
        "UPDATE results_area SET spent = 0 WHERE run_id = :id",
    ):
        with pytest.raises(DatabaseError, match="final"), session.begin_nested():
            session.execute(text(change), {"id": run.id})
    with pytest.raises(Refusal, match="certified_already"):
        service.count(session, signed(first), voted, SIGNER)


def test_numbers_have_no_door_before_certification(
    session: Session, voted: Cycle, first: Person
) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    assert queries.certified_run(session, voted.id) is None
    assert queries.winners_of(session, voted.id) == frozenset()
    with pytest.raises(Missing):
        queries.sections(session, run)


def test_a_refusal_needs_a_reason_and_leaves_the_count_sealed(
    session: Session, voted: Cycle, first: Person, second: Person
) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    with pytest.raises(Refusal, match="reason_missing"):
        service.decide_certification(session, signed(second), request, approve=False, signer=SIGNER)
    with pytest.raises(Refusal, match="waiting"):
        service.count(session, signed(first), voted, SIGNER)
    service.decide_certification(
        session,
        signed(second),
        request,
        approve=False,
        signer=SIGNER,
        reason="The register is disputed.",
    )
    assert run.state == "counted"
    refused = queries.last_decline(session, run)
    assert refused is not None
    assert (refused.actor_id, refused.reason) == (second.id, "The register is disputed.")
    assert service.propose_certification(session, signed(second), run).state == "open"


def test_a_ballot_added_after_the_first_signature_stops_the_second(
    session: Session, voted: Cycle, first: Person, second: Person, cast
) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    cast(voted, "late", [session.scalars(select(Proposal).where(Proposal.number == 5)).one()])
    with pytest.raises(Refusal, match="changed"):
        service.decide_certification(session, signed(second), request, approve=True, signer=SIGNER)
    assert run.state == "counted"


def test_a_ballot_without_a_voter_fails_its_check(
    session: Session, voted: Cycle, first: Person
) -> None:
    drop_guards(session)
    session.execute(text("DELETE FROM voting_participation WHERE voter_key = 'voter-0'"))
    run = service.count(session, signed(first), voted, SIGNER)
    assert run.checks["ballots"] == {"holds": False, "ballots": 5, "voters": 4}
    with pytest.raises(Refusal, match="checks_fail"):
        service.propose_certification(session, signed(first), run)


def test_proposals_below_the_least_number_of_votes_do_not_win(
    session: Session, first: Person, cast
) -> None:
    cycle = make_cycle(session, PhaseKind.RESULTS, budget=100, rules=RuleBook(minimum_votes=2))
    liked, lonely = (
        make_proposal(session, cycle, number=number, cost=10, status="admitted")
        for number in (1, 2)
    )
    cast(cycle, "a", [liked, lonely])
    cast(cycle, "b", [liked])
    got = results(session, service.count(session, signed(first), cycle, SIGNER))
    assert got[1].selected
    assert (got[2].reason, got[2].params) == ("below_threshold", {"threshold": 2, "missing": 1})


def test_a_request_of_another_kind_is_no_certification(
    session: Session, first: Person, second: Person, at: datetime
) -> None:
    other = approvals.propose(
        session, signed(first), "phase.extend", "phase:1", payload={}, reason=""
    )
    with pytest.raises(Missing):
        service.decide_certification(session, signed(second), other, approve=True, signer=SIGNER)
    with pytest.raises(Missing):
        queries.get_certification(session, other.id)
