"""Every kind and scope of ballot: cast in the portal, counted, published, counted once more."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from pb_portal.cycles.queries import find_phase, rules_of
from pb_portal.db import database_now
from pb_portal.domain.ballots import KINDS, SCOPES
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register.service import Proved
from pb_portal.results import bundles, exports, queries, service, study
from pb_portal.results.models import ProposalResult
from pb_portal.tally.__main__ import main as tally
from pb_portal.tally.bundle import verify
from pb_portal.tally.pabulib import dumps
from pb_portal.voting import service as voting
from tests.factories import SIGNER, make_person, make_proposal, move_phase, signed
from tests.factories.voting import make_vote, make_voter
from tests.rooms.results.conftest import TELLS_ALL

ZONE = ZoneInfo("Asia/Almaty")
PRICES = {"a1": 60, "a2": 50, "a3": 40, "b1": 60, "b2": 50, "b3": 40}
BUDGET = 110
"""Two of an area's three fit, whichever: the best two win."""
AT_HOME = [
    ("a", {"a1": 9, "a2": 1}),
    ("a", {"a2": 3, "a3": 7}),
    *[("a", {"a3": 10})] * 3,
    ("b", {"b1": 10}),
    ("b", {"b1": 7, "b3": 3}),
]
"""Home and, in the order of a ranking, proposals with the points they would get."""
ABROAD = [
    ("b", {"b1": 5, "a1": 5}),
    ("b", {"b1": 3, "a1": 4, "b3": 3}),
    ("b", {"a1": 10}),
]
WINNERS = {
    # a: votes 1, 2, 4; places 2, 3, 4; points 9, 4, 37
    "own_area": {"points": {"a1", "a3"}, "": {"a2", "a3"}},
    # with those from b: votes 4, 2, 4; places 5, 3, 4; points 28, 4, 37
    "own_and_one": {"": {"a1", "a3"}},
    "anywhere": {"": {"a1", "a3"}},
}


def cast(session, cycle, papers, home, given, number):
    rules = rules_of(cycle)
    poll = voting.poll_of(cycle.id, rules, "test-ballot", "test-register")
    area_id = cycle.areas["ab".index(home)].area_id
    proved = Proved(make_voter(session, cycle).key, area_id)
    token = voting.open_voter(session, poll, proved, database_now(session))
    points = tuple(given.values()) if rules.ballot_type == "points" else ()
    choices = tuple(papers[one].id for one in given)
    sending = voting.Sending(token, choices, f"{number:032x}", points)
    voting.cast(session, poll, sending, zone=ZONE)


def voted(session, kind: str, scope: str):
    rules = RuleBook(ballot_type=kind, scope=scope, max_choices=3, max_points=10, options=TELLS_ALL)
    cycle, _ = make_vote(session, 0, rules=rules, areas=2, budget=BUDGET)
    author = make_person(session)
    papers = {
        one: make_proposal(
            session, cycle, number=number, cost=price, status="admitted", author_id=author.id,
            area=cycle.areas["ab".index(one[0])].area, title=one,
        )
        for number, (one, price) in enumerate(PRICES.items(), 1)
    }  # fmt: skip
    session.flush()
    ballots = AT_HOME if scope == "own_area" else AT_HOME + ABROAD
    for number, (home, given) in enumerate(ballots):
        cast(session, cycle, papers, home, given, number)
    phase = find_phase(cycle, PhaseKind.VOTING)
    move_phase(
        session,
        phase,
        ends_at=(database_now(session) - timedelta(minutes=1)).replace(microsecond=0),
    )
    session.flush()
    return cycle, papers


def certified(session, cycle):
    first, second = (make_person(session, "commissioner") for _ in range(2))
    run = service.count(session, signed(first), cycle, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    return service.decide_certification(
        session, signed(second), request, approve=True, signer=SIGNER
    )


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_cast_wins_here_and_in_the_counting_program(
    session, tmp_path, capsys, monkeypatch, kind, scope
):
    monkeypatch.setattr(queries, "FEW", 0)
    cycle, papers = voted(session, kind, scope)
    run = certified(session, cycle)
    assert run.checks["recount"]["holds"], "the second engine agrees"
    won = set(
        session.scalars(
            select(ProposalResult.proposal_id).where(
                ProposalResult.run_id == run.id, ProposalResult.selected
            )
        )
    )
    expected = WINNERS[scope].get(kind, WINNERS[scope][""]) | {"b1", "b3"}
    assert {one for one, paper in papers.items() if paper.id in won} == expected
    place = exports.Place("Almaty", ZONE)
    for part in cycle.areas:
        file = tmp_path / f"{part.area.code}.pb"
        file.write_text(dumps(exports.election_of(session, cycle, part, place)), "utf-8")
        capsys.readouterr()
        assert tally([str(file), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        own = {paper.number for paper in papers.values() if paper.area_id == part.area_id}
        numbers = {papers[one].number for one in expected} & own
        assert {int(one) for one in told["selected"]} == numbers
    report = verify(io.BytesIO(bundles.make(session, run.id, SIGNER, ZONE).data))
    assert report.holds, report


def test_a_voter_who_names_nothing_at_home_counts_only_where_named(session):
    cycle, _papers = voted(session, "approval", "anywhere")
    run = service.count(session, signed(make_person(session, "commissioner")), cycle, SIGNER)
    assert [area.ballots for area in run.areas] == [8, 4]
    assert run.turnout["ballots"] == len(AT_HOME + ABROAD)


def test_money_of_a_knapsack_stands_in_the_published_file(session, monkeypatch):
    monkeypatch.setattr(queries, "FEW", 0)
    cycle, _papers = voted(session, "knapsack", "own_area")
    certified(session, cycle)
    text = dumps(exports.election_of(session, cycle, cycle.areas[0], exports.Place("Almaty", ZONE)))
    assert "vote_type;approval" in text
    assert "max_sum_cost;110" in text
    assert "max_length" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_result_of_every_kind_is_told_in_three_languages(session, client, monkeypatch, kind):
    monkeypatch.setattr(queries, "FEW", 0)
    cycle, _papers = voted(session, kind, "anywhere")
    run = certified(session, cycle)
    while study.study(session, seconds=5):
        pass
    session.commit()
    for locale in ("kk", "ru", "en"):
        client.page(f"/c/{cycle.slug}/results", locale=locale)
    text = client.get(f"/c/{cycle.slug}/results.csv").text
    score = {"points": "37", "ranking": "4", "approval": "4", "knapsack": "4"}[kind]
    best = next(line for line in text.splitlines() if ",a3," in line)
    assert best.split(",")[6] == score
    assert run.state == "certified"
