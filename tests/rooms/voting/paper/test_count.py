"""What paper means for the count: it waits, it holds the sums, it is told in groups of ten."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pb_portal.domain.polling import Marks, Verdict
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.small_numbers import Withheld
from pb_portal.results import service as counting
from pb_portal.results.queries.shown import select_public_turnout
from pb_portal.voting.models import LedgerHead
from pb_portal.voting.paper import service
from tests.factories import SIGNER
from tests.factories.polling import Polls


@pytest.fixture
def polls(session):
    return Polls.make(session)


def count(polls):
    return counting.count(polls.session, polls.by(3), polls.cycle, SIGNER)


def certify(polls, run):
    request = counting.propose_certification(polls.session, polls.by(3), run)
    return counting.decide_certification(
        polls.session, polls.by(4), request, approve=True, signer=SIGNER
    )


def test_the_count_waits_for_every_batch_that_was_given_out(polls):
    polls.voters(1)
    batch = polls.agreed(2, [polls.marks(1)])
    polls.close()
    with pytest.raises(Refusal) as refused:
        count(polls)
    assert refused.value.code == "result.paper_waits"
    assert refused.value.params == {"numbers": "1"}
    polls.accept(batch)
    run = count(polls)
    assert run.turnout["channels"] == {"paper": 1}
    assert run.turnout["ballots"] == 1
    assert run.checks["paper"] == {"holds": True, "gone": 0}


def test_a_batch_that_never_left_the_printer_holds_nothing_up(polls):
    service.print_batch(polls.session, polls.by(3), polls.point, polls.poll.rules, 5)
    polls.close()
    assert count(polls).checks["paper"]["holds"]


def test_invalid_papers_are_told_and_not_counted(polls):
    polls.voters(3)
    read = [polls.marks(1), Marks(Verdict.BLANK), Marks(Verdict.AGAINST_RULES)]
    batch = polls.agreed(5, read)
    polls.close()
    polls.accept(batch)
    run = count(polls)
    assert run.checks["ballots"] == {"holds": True, "ballots": 1, "voters": 0, "papers": 1}
    told = run.turnout["paper"]
    assert (told["handed"], told["cast"], told["valid"], told["invalid"]) == (3, 3, 1, 2)
    assert certify(polls, run).state == "certified"


def test_papers_not_found_stop_the_certification_until_two_people_explain_them(polls):
    polls.voters(2)
    batch = polls.agreed(5, [polls.marks(1)])
    polls.close()
    polls.accept(batch)
    run = count(polls)
    with pytest.raises(Refusal) as refused:
        counting.propose_certification(polls.session, polls.by(3), run)
    assert refused.value.code == "result.checks_fail"
    asked = service.propose_difference(
        polls.session, polls.by(0), polls.cycle, reason="Один человек унёс бюллетень"
    )
    service.decide(polls.session, polls.by(3), asked, polls.keys, approve=True)
    assert certify(polls, count(polls)).state == "certified"


def test_a_batch_accepted_after_the_count_gets_a_head_of_its_own_and_needs_a_new_count(polls):
    polls.voters(2)
    first = polls.agreed(2, [polls.marks(1)])
    late = service.print_batch(polls.session, polls.by(3), polls.point, polls.poll.rules, 2)
    polls.close()
    polls.accept(first)
    run = count(polls)
    service.issue(polls.session, polls.by(3), late, polls.poll.rules, polls.staff[0].id)
    with pytest.raises(Refusal) as refused:
        certify(polls, run) if run.checks["paper"]["holds"] else count(polls)
    assert refused.value.code == "result.paper_waits"
    asked = service.propose_set_aside(polls.session, polls.by(0), late, reason="Не использована")
    service.decide(polls.session, polls.by(3), asked, polls.keys, approve=True)
    assert len(polls.session.scalars(select(LedgerHead)).all()) == 1


def test_after_certification_the_box_is_closed_to_paper(polls):
    polls.voters(1)
    batch = polls.agreed(2, [polls.marks(1)])
    polls.close()
    polls.accept(batch)
    certify(polls, count(polls))
    with pytest.raises(Refusal):
        service.propose_accept(polls.session, polls.by(0), batch)


def told(turnout):
    return select_public_turnout(turnout, Withheld(), 10)


def test_groups_under_ten_are_not_told_of():
    paper = {"handed": 30, "cast": 30, "points": [], "set_aside": ["x"], "explained": []}
    few = told({"channels": {"portal": 500, "paper": 9}, "paper": {**paper, "handed": 9}})
    assert few["paper"] == {"set_aside": ["x"]} and "channels" not in few
    points = [
        {"names": {}, "handed": 21, "cast": 21, "invalid": 1},
        {"names": {}, "handed": 9, "cast": 9},
    ]
    many = told({"channels": {"portal": 500, "paper": 30}, "paper": {**paper, "points": points}})
    assert "points" not in many["paper"] and many["paper"]["handed"] == 30
    points[1] = {"names": {}, "handed": 10, "cast": 10}
    many = told({"channels": {"portal": 500, "paper": 31}, "paper": {**paper, "points": points}})
    assert [set(point) for point in many["paper"]["points"]] == [{"names", "handed", "cast"}] * 2
