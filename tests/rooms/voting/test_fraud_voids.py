"""Cases and void ballots: two people, nothing deleted, the count and the ledger still agree."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from pb_portal.approvals import service as approvals
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Phase
from pb_portal.db import database_now
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.register.service import Proved
from pb_portal.results import service as results
from pb_portal.voting import queries, service
from pb_portal.voting.fraud import cases, looking, traces, voiding
from pb_portal.voting.models import Ballot, FraudFlag, FraudMember, PendingLeaf, VoidedBallot
from tests.factories import SIGNER, make_person, signed
from tests.factories.evenings import wroclaw
from tests.factories.fraud import keys_of, plant, poll_of
from tests.factories.voting import make_vote, make_voter
from tests.unguarded import run_unguarded

ZONE = ZoneInfo("Asia/Almaty")
VOTER = re.compile(r"\bbad\d+\b")
"""The voter keys of the planted evening."""


@pytest.fixture
def raided(session):
    """The open vote of Wrocław, its flags found, and three who answer for it."""
    cycle, papers = make_vote(session, frozen_register=False)
    plant(session, cycle, papers, wroclaw(Random(1)))
    looking.look(session, keys_of(cycle), database_now(session))
    one, two = (signed(make_person(session, "commissioner")) for _ in range(2))
    return cycle, papers, one, two


def open_case(session, cycle, by):
    ids = session.scalars(select(FraudFlag.id).where(FraudFlag.cycle_id == cycle.id)).all()
    return cases.open_case(session, by, keys_of(cycle), cycle, ids)


def ask(session, case, by, names=None):
    return voiding.propose_void(
        session, by, case, names=names, reason="borrowed_identity", sentence="One hand sent them."
    )


def void_all(session, cycle, one, two, names=None):
    case = open_case(session, cycle, one)
    request = ask(session, case, one, names)
    return voiding.decide_void(session, two, keys_of(cycle), request, approve=True)


def close_vote(session, cycle):
    now = database_now(session)
    run_unguarded(
        session,
        "cycles_phase",
        update(Phase)
        .where(Phase.cycle_id == cycle.id, Phase.kind == PhaseKind.VOTING)
        .values(ends_at=now - timedelta(seconds=1)),
    )
    session.expire_all()


def cast(session, cycle, voter_key, choices, submission="c" * 32, how="phone"):
    poll = poll_of(cycle)
    proved = Proved(voter_key, cycle.areas[0].area_id, how)
    token = service.open_voter(session, poll, proved, database_now(session))
    return service.cast(
        session, poll, service.Sending(token, tuple(choices), submission), zone=ZONE
    )


def refused(code, call, *args, **kwargs):
    with pytest.raises(Refusal) as found:
        call(*args, **kwargs)
    assert found.value.code == code


def test_a_case_holds_the_votes_of_its_flags_and_no_voter_in_the_clear(session, raided):
    cycle, _, one, _ = raided
    case = open_case(session, cycle, one)
    members = session.scalars(select(FraudMember)).all()
    assert len(members) == 320
    assert not any(VOTER.search(member.name) for member in members)
    assert all(traces.unseal("another key", member.sealed) is None for member in members)
    refused("fraud.in_case", open_case, session, cycle, one)
    refused("fraud.no_flag", cases.open_case, session, one, keys_of(cycle), cycle, [])
    assert case.state == "open" and case.assignee_id == one.actor.person_id


def test_a_case_moves_with_reasons_and_keeps_its_history(session, raided):
    cycle, _, one, two = raided
    case = open_case(session, cycle, one)
    cases.add_note(session, two, case, "A dormitory stands there.")
    cases.change_by_hand(session, one, case, "watch", "")
    refused("fraud.reason_missing", cases.change_by_hand, session, one, case, "dismiss", " ")
    cases.change_by_hand(session, one, case, "dismiss", "The dormitory confirms.")
    refused("fraud.not_now", ask, session, case, one)
    refused("fraud.not_now", cases.change_by_hand, session, one, case, "void", "x")
    cases.change_by_hand(session, one, case, "reopen", "It does not.")
    cases.take(session, two, case)
    session.expire(case)
    done = ["open", "note", "watch", "dismiss", "reopen", "take"]
    assert [note.action for note in case.notes] == done
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE voting_fraud_note SET text = 'x'"))


@pytest.mark.parametrize("role", ["auditor", "administrator", "moderator", "secretary"])
def test_who_may_not_touch_a_case(session, raided, role):
    cycle, _, one, _ = raided
    case, other = open_case(session, cycle, one), signed(make_person(session, role))
    for call in (
        lambda: cases.add_note(session, other, case, "x"),
        lambda: cases.change_by_hand(session, other, case, "watch", ""),
        lambda: ask(session, case, other),
    ):
        with pytest.raises(Forbidden):
            call()


def test_one_person_cannot_void_neither_here_nor_in_the_database(session, raided):
    cycle, _, one, two = raided
    case = open_case(session, cycle, one)
    request = ask(session, case, one)
    refused(
        "approval.same_person", voiding.decide_void, session, one, keys_of(cycle), request,
        approve=True,
    )  # fmt: skip
    registrar = signed(make_person(session, "registrar"))
    with pytest.raises(Forbidden):
        voiding.decide_void(session, registrar, keys_of(cycle), request, approve=True)
    name = poll_of(cycle).name("bad1")
    row = {
        "c": cycle.id, "b": name, "k": case.id,
        "p": one.actor.person_id, "a": two.actor.person_id,
    }  # fmt: skip
    sql = (
        "INSERT INTO voting_void (cycle_id, ballot_key, through, case_id, reason, sentence,"
        " proposed_by, approved_by, nonce, leaf) VALUES (:c, :b, 1, :k, 'other', '', :p, :a,"
        " '00', 'ff')"
    )
    with pytest.raises(DatabaseError, match="two people"), session.begin_nested():
        session.execute(text(sql), row)
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(text(sql), {**row, "a": row["p"]})


def test_void_ballots_stay_and_are_not_counted(session, raided):
    cycle, papers, one, two = raided
    for number in range(12):
        cast(session, cycle, make_voter(session, cycle).key, [papers[3].id], f"{number:032x}")
    before = session.scalars(select(Ballot.leaf)).all()
    case = void_all(session, cycle, one, two)
    assert case.state == "voided"
    assert session.scalars(select(Ballot.leaf)).all() == before
    close_vote(session, cycle)
    now = database_now(session)
    counted = list(queries.counted_ballots(session, cycle.id, now))
    assert counted == [(cycle.areas[0].area_id, [papers[3].id], [])] * 12
    assert queries.voided(session, cycle.id, now) == {"borrowed_identity": 320}
    assert queries.turnout(session, cycle.id, now) == 332


def test_a_void_is_a_leaf_of_its_own_that_can_be_opened(session, raided):
    cycle, _, one, two = raided
    void_all(session, cycle, one, two)
    rows = session.scalars(select(VoidedBallot)).all()
    assert len(rows) == 320
    for row in rows:
        record = ledger.void_record(cycle.id, row.ballot_key, 1, "borrowed_identity")
        assert ledger.leaf(record, row.nonce) == row.leaf
    close_vote(session, cycle)
    leaves = queries.ledger_leaves(session, cycle.id, database_now(session))
    assert len(leaves) == 640 and {row.leaf for row in rows} <= set(leaves)
    waiting = set(session.scalars(select(PendingLeaf.leaf)))
    assert {row.leaf for row in rows} <= waiting
    for attack in ("UPDATE voting_void SET reason = 'other'", "DELETE FROM voting_void"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(attack))


def test_only_the_marked_votes_become_void(session, raided):
    cycle, _, one, two = raided
    case = open_case(session, cycle, one)
    some = session.scalars(select(FraudMember.name).limit(3)).all()
    request = ask(session, case, one, [*some, "of-another-case"])
    voiding.decide_void(session, two, keys_of(cycle), request, approve=True)
    assert len(session.scalars(select(VoidedBallot)).all()) == 3


def test_declining_needs_a_reason_and_opens_the_case_again(session, raided):
    cycle, _, one, two = raided
    case = open_case(session, cycle, one)
    request = ask(session, case, one)
    with pytest.raises(Refusal), session.begin_nested():
        voiding.decide_void(session, two, keys_of(cycle), request, approve=False)
    session.refresh(request)
    voiding.decide_void(session, two, keys_of(cycle), request, approve=False, reason="Too few.")
    assert case.state == "open" and session.scalars(select(VoidedBallot)).all() == []


def test_a_void_ballot_stays_void_whoever_votes_over_it(session, raided):
    cycle, papers, one, two = raided
    voter = make_voter(session, cycle)
    cast(session, cycle, voter.key, [papers[0].id])
    poll = poll_of(cycle)
    token = service.open_voter(
        session, poll, Proved(voter.key, cycle.areas[0].area_id), database_now(session)
    )
    _void_one(session, cycle, voter.key, one, two)
    sending = service.Sending(token, (papers[1].id,), "d" * 32)
    with session.begin_nested():
        refused("voting.voided", service.cast, session, poll, sending, zone=ZONE)
    refused("voting.voided", cast, session, cycle, voter.key, [papers[1].id], "e" * 32)
    close_vote(session, cycle)
    assert len(list(queries.counted_ballots(session, cycle.id, database_now(session)))) == 320


def _void_one(session, cycle, voter_key, one, two):
    """A case about this one vote."""
    keys, now = keys_of(cycle), database_now(session)
    flag = FraudFlag(
        cycle_id=cycle.id, kind="quick", subject=f"one-{voter_key[:9]}", severity="low",
        figures={}, members=traces.seal(keys.traces, [voter_key]), first_seen_at=now,
        last_seen_at=now,
    )  # fmt: skip
    session.add(flag)
    session.flush()
    case = cases.open_case(session, one, keys, cycle, [flag.id])
    return voiding.decide_void(session, two, keys, ask(session, case, one), approve=True)


def test_the_person_may_vote_again_in_person_once_two_people_agree(session, raided):
    cycle, papers, one, two = raided
    voter = make_voter(session, cycle)
    cast(session, cycle, voter.key, [papers[0].id])
    _void_one(session, cycle, voter.key, one, two)
    keys = keys_of(cycle)
    asked = voiding.propose_restore(session, one, keys, cycle, voter.iin, "Came with a passport.")
    refused("approval.same_person", voiding.decide_restore, session, one, asked, approve=True)
    voiding.decide_restore(session, two, asked, approve=True)
    refused("voting.in_person", cast, session, cycle, voter.key, [papers[1].id], "d" * 32)
    cast(session, cycle, voter.key, [papers[1].id], "e" * 32, how="operator")
    refused(
        "fraud.nothing_void", voiding.propose_restore, session, one, keys, cycle, voter.iin, "x"
    )
    close_vote(session, cycle)
    now = database_now(session)
    counted = list(queries.counted_ballots(session, cycle.id, now))
    assert len(counted) == 321 and queries.voided(session, cycle.id, now) == {}
    assert [papers[1].id] in [choices for _, choices, _ in counted]


def test_nothing_becomes_void_after_the_certification(session, raided):
    cycle, _, one, two = raided
    void_all(session, cycle, one, two)
    case = _second_case(session, cycle, one)
    late = ask(session, case, one)
    close_vote(session, cycle)
    run = results.count(session, one, cycle, SIGNER)
    assert run.checks["ballots"]["holds"] and run.checks["ledger"]["holds"]
    assert run.turnout["voided"] == 320 and run.turnout["voided_why"] == {"borrowed_identity": 320}
    request = results.propose_certification(session, one, run)
    results.decide_certification(session, two, request, approve=True, signer=SIGNER)
    with pytest.raises(Conflict) as found, session.begin_nested():
        voiding.decide_void(session, two, keys_of(cycle), late, approve=True)
    assert found.value.code == "fraud.certified"
    approvals.decide(session, two, late, approve=True)
    session.flush()
    with pytest.raises(DatabaseError, match="certified"), session.begin_nested():
        voiding._void(session, two, keys_of(cycle), case, late)


def _second_case(session, cycle, by):
    voter = make_voter(session, cycle)
    paper = session.scalars(select(Ballot.choices)).first()
    cast(session, cycle, voter.key, paper)
    keys, now = keys_of(cycle), database_now(session)
    flag = FraudFlag(
        cycle_id=cycle.id, kind="quick", subject="two", severity="low", figures={},
        members=traces.seal(keys.traces, [voter.key]), first_seen_at=now, last_seen_at=now,
    )  # fmt: skip
    session.add(flag)
    session.flush()
    return cases.open_case(session, by, keys, cycle, [flag.id])


def test_a_void_after_the_count_makes_the_commission_count_again(session, raided):
    cycle, _, one, two = raided
    close_vote(session, cycle)
    run = results.count(session, one, cycle, SIGNER)
    request = results.propose_certification(session, one, run)
    void_all(session, cycle, one, two)
    with pytest.raises(Refusal) as found, session.begin_nested():
        results.decide_certification(session, two, request, approve=True, signer=SIGNER)
    assert found.value.code == "result.changed"


def test_the_log_of_acts_names_no_voter(session, raided):
    cycle, _, one, two = raided
    void_all(session, cycle, one, two)
    box = poll_of(cycle)
    names = {box.name(f"bad{number}") for number in range(320)}
    for entry in session.scalars(select(AuditEntry)):
        told = f"{entry.subject_id} {entry.reason} {entry.data}"
        assert not VOTER.search(told) and not any(name in told for name in names)


def test_the_page_that_checks_a_receipt_says_that_the_ballot_is_void(session, raided):
    cycle, papers, one, two = raided
    voter = make_voter(session, cycle)
    receipt = cast(session, cycle, voter.key, [papers[0].id])
    assert queries.void_of_receipt(session, cycle.id, receipt) is None
    _void_one(session, cycle, voter.key, one, two)
    found = queries.void_of_receipt(session, cycle.id, receipt)
    assert found is not None and found.reason == "borrowed_identity"
    assert queries.void_of_receipt(session, cycle.id, "nonsense") is None
