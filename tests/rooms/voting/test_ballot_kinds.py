"""Every kind of ballot through its pages without scripts, from the marks to the box."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from pb_portal.domain import ledger
from pb_portal.domain.rule_book import RuleBook
from pb_portal.voting.models import Ballot, BallotDraft
from tests.factories import make_proposal
from tests.factories.voting import make_vote, make_voter, post, prove, submission_on, token_on

HIDDEN = re.compile(r'<input type="hidden" name="((?:choice|points-\d+|place-\d+))" value="(\d+)">')
POINTS = RuleBook(ballot_type="points", max_points=10, max_choices=3)
RANKING = RuleBook(ballot_type="ranking", max_choices=3)
KNAPSACK = RuleBook(ballot_type="knapsack")


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def enter(client, session, rules: RuleBook, areas: int = 1, **values: Any):
    """A voter in the booth; the papers of each area, by price."""
    cycle, _ = make_vote(session, 0, rules=rules, areas=areas, **values)
    papers = {
        part.area_id: [
            make_proposal(session, cycle, status="admitted", area=part.area, cost=cost)
            for cost in (10, 20, 30, 40)
        ]
        for part in cycle.areas
    }
    session.flush()
    prove(client, session, cycle.slug, make_voter(session, cycle))
    return cycle, [papers[part.area_id] for part in cycle.areas]


def choose(client, cycle, data: dict[str, Any]):
    return post(client, f"/c/{cycle.slug}/vote/ballot", data)


def send(client, cycle) -> Any:
    """Press the last button as a browser would: with what the check page holds."""
    page = client.page(f"/c/{cycle.slug}/vote/check")
    data = {"submission": submission_on(page), "csrf_token": token_on(page)}
    return client.post(f"/c/{cycle.slug}/vote/check", data={**data, **dict(HIDDEN.findall(page))})


def send_choices(client, cycle) -> Any:
    page = client.page(f"/c/{cycle.slug}/vote/check")
    choices = [value for name, value in HIDDEN.findall(page) if name == "choice"]
    data = {"submission": submission_on(page), "csrf_token": token_on(page), "choice": choices}
    return client.post(f"/c/{cycle.slug}/vote/check", data=data)


def stored(session) -> Ballot:
    session.expire_all()
    return session.scalars(select(Ballot).order_by(Ballot.revision.desc())).first()


def test_points_reach_the_box_beside_their_proposals(client, session):
    cycle, [papers] = enter(client, session, POINTS)
    answer = choose(client, cycle, {f"points-{papers[2].id}": "3", f"points-{papers[0].id}": "6"})
    assert answer.location == f"/c/{cycle.slug}/vote/check"
    page = client.page(answer.location)
    assert "6 points" in page and "3 points" in page and "9 of 10" in page
    assert send(client, cycle).status_code == 302
    ballot = stored(session)
    assert (ballot.choices, ballot.points) == ([papers[0].id, papers[2].id], [6, 3])
    written = ledger.canonical(
        cycle.id, ballot.ballot_key, 1, ballot.area_id, ballot.choices, ballot.points
    )
    assert ballot.leaf == ledger.leaf(written, ballot.nonce)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["7", "4", "0", "0"], "You have 10 points, and 1 more are given"),
        (["1", "1", "1", "1"], "You may choose at most 3, and 4 are marked"),
        (["two", "0", "0", "0"], "Write whole numbers only"),
        (["-3", "0", "0", "0"], "Write whole numbers only"),
        (["0", "0", "0", "0"], "Choose at least 1"),
    ],
)
def test_points_that_do_not_add_up_are_refused_and_stay_typed(client, session, typed, sentence):
    cycle, [papers] = enter(client, session, POINTS)
    data = {f"points-{paper.id}": text for paper, text in zip(papers, typed, strict=True)}
    answer = choose(client, cycle, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    for paper, text in zip(papers, typed, strict=True):
        assert f'name="points-{paper.id}" value="{text}"' in answer.text


def test_a_ranking_keeps_the_voters_order_and_moves_by_buttons(client, session):
    cycle, [papers] = enter(client, session, RANKING)
    a, b, c, _ = papers
    choose(client, cycle, {f"place-{c.id}": "1", f"place-{a.id}": "3", f"place-{b.id}": ""})
    page = client.page(f"/c/{cycle.slug}/vote/check")
    assert f'value="down-{c.id}"' in page and f'value="up-{a.id}"' in page
    assert f'value="up-{c.id}"' not in page
    data = {**dict(HIDDEN.findall(page)), "go": f"up-{a.id}"}
    answer = choose(client, cycle, data)
    assert answer.location == f"/c/{cycle.slug}/vote/check"
    assert send(client, cycle).status_code == 302
    assert stored(session).choices == [a.id, c.id]


def test_a_place_given_twice_is_refused_and_stays_typed(client, session):
    cycle, [papers] = enter(client, session, RANKING)
    answer = choose(client, cycle, {f"place-{papers[0].id}": "1", f"place-{papers[1].id}": "1"})
    assert answer.status_code == 422
    assert "Place 1 is given to two proposals" in answer.text
    assert answer.text.count('<option value="1" selected>') == 2


def test_a_knapsack_fits_the_budget_or_is_refused_with_what_is_over(client, session):
    cycle, [papers] = enter(client, session, KNAPSACK, budget=60)
    answer = choose(client, cycle, {"choice": [papers[2].id, papers[3].id]})
    assert answer.status_code == 422
    assert "costs 10\u00a0₸ more than the budget" in answer.text
    assert "That is 10\u00a0₸ more than the budget" in answer.text
    answer = choose(client, cycle, {"choice": [papers[1].id, papers[3].id]})
    assert answer.status_code == 302
    assert "60\u00a0₸ of 60\u00a0₸" in client.page(answer.location)
    assert send_choices(client, cycle).status_code == 302
    assert stored(session).choices == [papers[1].id, papers[3].id]


def test_what_is_left_is_counted_on_the_server_where_no_script_does_it(client, session):
    cycle, [papers] = enter(client, session, KNAPSACK, budget=60)
    answer = choose(client, cycle, {"choice": [papers[2].id], "go": "count"})
    assert answer.location.startswith(f"/c/{cycle.slug}/vote/ballot")
    assert "Money left: 30\u00a0₸ of 60\u00a0₸" in client.page(answer.location)


def test_one_other_area_is_picked_and_its_proposals_count_beside_the_own(client, session):
    rules = RuleBook(scope="own_and_one", max_choices=3)
    cycle, [own, other, third] = enter(client, session, rules, areas=3)
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    assert own[0].title in page and other[0].title not in page
    data = {"choice": own[0].id, "other": other[0].area_id, "go": "other"}
    page = client.page(choose(client, cycle, data).location)
    assert other[0].title in page and third[0].title not in page
    assert f"{cycle.areas[1].area.names['en']} · " in page, "cards tell the district"
    answer = choose(client, cycle, {"choice": [own[0].id, other[1].id, third[0].id]})
    assert answer.status_code == 422
    assert "your own district and one other" in answer.text
    choose(client, cycle, {"choice": [own[0].id, other[1].id]})
    assert send_choices(client, cycle).status_code == 302
    ballot = stored(session)
    assert ballot.choices == [own[0].id, other[1].id]
    assert ballot.area_id == own[0].area_id


def test_picking_a_third_area_takes_the_marks_of_the_second_back(client, session):
    rules = RuleBook(ballot_type="points", max_points=5, scope="own_and_one")
    cycle, [own, other, third] = enter(client, session, rules, areas=3)
    choose(client, cycle, {"other": other[0].area_id, "go": "other"})
    typed = {f"points-{own[0].id}": "2", f"points-{other[0].id}": "3"}
    answer = choose(client, cycle, {**typed, "other": third[0].area_id, "go": "other"})
    page = client.page(answer.location)
    assert "Your marks in the former one are gone" in page
    draft = session.scalars(select(BallotDraft)).one()
    assert (draft.choices, draft.points) == ([own[0].id], [2])
    assert draft.other_area_id == third[0].area_id


def test_limits_may_hold_for_each_area_by_itself(client, session):
    rules = RuleBook(scope="anywhere", max_choices=1, options={"ballot": {"limits": "area"}})
    cycle, [own, other] = enter(client, session, rules, areas=2)
    answer = choose(client, cycle, {"choice": [own[0].id, own[1].id]})
    assert answer.status_code == 422
    assert "In one district you may choose at most 1, and 2 are marked" in answer.text
    assert choose(client, cycle, {"choice": [own[0].id, other[0].id]}).status_code == 302


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize("rules", [POINTS, RANKING, KNAPSACK], ids=lambda one: one.ballot_type)
@pytest.mark.parametrize("scope", ["own_area", "own_and_one", "anywhere"])
def test_every_kind_and_scope_is_whole_in_three_languages(client, session, rules, scope, locale):
    rules = RuleBook(**{**rules.to_dict(), "scope": scope})
    cycle, [own, _] = enter(client, session, rules, areas=2)
    client.set_cookie("language", locale)
    client.page(f"/c/{cycle.slug}/vote/ballot", locale=locale)
    choose(client, cycle, {
        "choice": own[0].id, f"points-{own[0].id}": "2", f"place-{own[0].id}": "1",
    })  # fmt: skip
    client.page(f"/c/{cycle.slug}/vote/check", locale=locale)
