"""What a valid ballot is: the same for every way in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain.ballots import (
    KINDS,
    SCOPES,
    Ballot,
    Paper,
    ballot_of,
    check_ballot,
    check_limits,
    taken,
)
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook

BUDGETS = {1: 100, 2: 60, 3: 30}
PAPERS = {
    one: Paper(area_id=1 + one % 3, price=10 + 5 * (one % 5), budget=BUDGETS[1 + one % 3])
    for one in range(1, 13)
}


@st.composite
def books(draw: st.DrawFn) -> RuleBook:
    """Any rule book by which somebody can vote."""
    most = draw(st.integers(2, 6))
    points = draw(st.integers(1, 20))
    each = draw(st.integers(1, points))
    further = {
        "least_points": draw(st.integers(1, each)),
        "most_points": each,
        "spend_all": draw(st.booleans()),
        "limits": draw(st.sampled_from(["area", "together"])),
    }
    return RuleBook(
        ballot_type=draw(st.sampled_from(KINDS)),
        scope=draw(st.sampled_from(SCOPES)),
        min_choices=draw(st.integers(1, most)),
        max_choices=most,
        max_points=points,
        options={"ballot": further},
    )


@st.composite
def made(draw: st.DrawFn) -> tuple[RuleBook, Ballot]:
    """A rule book and any ballot, valid or not."""
    rules = draw(books())
    choices = draw(st.lists(st.integers(1, 14), max_size=8))
    points = draw(st.lists(st.integers(0, 9), min_size=len(choices), max_size=len(choices)))
    given_points = points if rules.ballot_type == "points" else []
    return rules, ballot_of(rules, draw(st.integers(1, 3)), choices, given_points)


def valid(rules: RuleBook, ballot: Ballot, *, part: bool = False) -> bool:
    try:
        check_ballot(rules, ballot, PAPERS, part=part)
    except Refusal:
        return False
    return True


def sound(rules: RuleBook, ballot: Ballot) -> bool:
    """The rules once more, read off the rule book line by line."""
    choices = ballot.choices
    if not set(choices) <= PAPERS.keys():
        return False
    areas = {PAPERS[one].area_id for one in choices}
    reach = {"own_area": 0, "own_and_one": 1, "anywhere": 3}[rules.scope]
    apart = rules.limits_by_area and rules.scope != "own_area"
    groups = [[one for one in choices if PAPERS[one].area_id == area] for area in areas]
    return (
        len(set(choices)) == len(choices)
        and len(areas - {ballot.area_id}) <= reach
        and len(choices) >= rules.min_choices
        and within(rules, ballot, groups, [list(choices)] if not apart else groups)
    )


def within(rules: RuleBook, ballot: Ballot, areas: list[list[int]], groups: list[list[int]]):
    """The limits of each kind; `groups` are what those in numbers hold for."""
    if rules.ballot_type == "knapsack":
        return all(
            sum(PAPERS[one].price for one in area) <= PAPERS[area[0]].budget for area in areas
        )
    fits = all(len(group) <= rules.max_choices for group in groups)
    if rules.ballot_type != "points":
        return fits
    points = dict(zip(ballot.choices, ballot.points, strict=True))
    sums = [sum(points[one] for one in group) for group in groups]
    least = rules.max_points if rules.spend_all else 0
    return (
        fits
        and all(rules.least_points <= one <= rules.most_points for one in points.values())
        and all(least <= one <= rules.max_points for one in sums)
    )


@given(made())
def test_a_ballot_is_valid_exactly_when_the_rule_book_says_so(case: tuple[RuleBook, Ballot]):
    assert valid(*case) == sound(*case)


@given(made())
def test_what_is_valid_was_valid_while_it_was_made(case: tuple[RuleBook, Ballot]):
    rules, ballot = case
    if valid(rules, ballot):
        for size in range(len(ballot.choices) + 1):
            started = Ballot(ballot.area_id, ballot.choices[:size], ballot.points[:size])
            assert valid(rules, started, part=True)


@given(made(), st.randoms(use_true_random=False))
def test_the_order_of_marks_matters_to_a_ranking_alone(case, chance):
    rules, ballot = case
    order = list(range(len(ballot.choices)))
    chance.shuffle(order)
    again = ballot_of(
        rules,
        ballot.area_id,
        [ballot.choices[at] for at in order],
        [ballot.points[at] for at in order] if ballot.points else [],
    )
    assert valid(rules, again) == valid(rules, ballot)
    if rules.ballot_type != "ranking" and len(set(ballot.choices)) == len(ballot.choices):
        assert again == ballot


@given(made())
def test_no_valid_ballot_takes_more_than_its_limits(case: tuple[RuleBook, Ballot]):
    rules, ballot = case
    if valid(rules, ballot) and rules.ballot_type == "knapsack":
        for area, used in taken(rules, ballot, PAPERS).items():
            assert area is not None and used <= BUDGETS[area]


@given(books())
def test_a_rule_book_that_is_taken_lets_somebody_vote(rules: RuleBook):
    try:
        check_limits(rules)
    except Refusal:
        return
    each, points = 0, ()
    count = rules.min_choices
    if rules.ballot_type == "points":
        count = max(count, -(-rules.max_points // rules.most_points) if rules.spend_all else 1)
        each = rules.max_points // count if rules.spend_all else rules.least_points
        rest = rules.max_points - each * count if rules.spend_all else 0
        points = tuple(each + (at < rest) for at in range(count))
    papers = {one: Paper(1, 1, 1_000) for one in range(1, 30)}
    ballot = Ballot(1, tuple(range(1, count + 1)), points)
    if points and not all(rules.least_points <= one <= rules.most_points for one in points):
        return
    check_ballot(rules, ballot, papers)


def test_points_without_proposals_are_refused():
    rules = RuleBook(ballot_type="points", max_points=5)
    with pytest.raises(Refusal, match="points_missing"):
        ballot_of(rules, 1, [1, 2], [3])
    with pytest.raises(Refusal, match="points_missing"):
        check_ballot(rules, Ballot(1, (3, 6), (2,)), PAPERS)
