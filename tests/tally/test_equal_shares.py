"""The Method of Equal Shares: by hand, by two engines, and by what must always hold."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pb_portal.tally import Ballot, Election, Limits, Project, UnsupportedRule, count
from pb_portal.tally.equal_shares import completion, fast, plain
from pb_portal.tally.equal_shares.problem import Problem, build

#: Ten voters with 10 each. The majority's a and b are bought, and the minority's c as well.
TOWN = ["ab"] * 6 + ["c"] * 4
COSTS = {"a": 30, "b": 30, "c": 40, "d": 100}


def town(make, ballots=TOWN, budget=100, **more):
    return make(COSTS, ballots, budget, scale=0, **more)


def codes(outcome):
    return {one.project_id: one.code for one in outcome.explanations}


def test_a_minority_gets_its_share_where_greedy_gives_it_nothing(make):
    election = make({"a": 50, "b": 50, "c": 40}, TOWN, 100, scale=0)
    assert count(election, "greedy", "abc").selected == ("a", "b")
    assert count(election, "equal-shares", "abc").selected == ("a", "c")


def test_each_supporter_pays_the_same_or_all_that_is_left(make):
    outcome = count(town(make), "equal-shares", "abcd")
    assert outcome.selected == ("a", "b", "c")
    assert [(one.project_id, one.share) for one in outcome.rounds] == [
        ("a", 5),
        ("b", 5),
        ("c", 10),
    ]


def test_a_project_whose_supporters_hold_exactly_its_cost_is_bought(make):
    election = make({"a": 100}, ["a"] * 3, 100, scale=0)
    assert count(election, "equal-shares", "a").selected == ("a",)


def test_the_poorer_pay_all_they_have_and_the_richer_more(make):
    # v1 pays 3 for a; then of b's 15 v1 can pay 7 and the other 8.
    election = make({"a": 6, "b": 15}, ["ab", "a", "b"], 30, scale=0)
    outcome = count(election, "equal-shares:utility=cardinality", "ab")
    assert [(one.project_id, one.share) for one in outcome.rounds] == [("a", 3), ("b", 8)]


def test_by_cost_the_project_with_more_votes_goes_first_by_number_the_cheaper(make):
    election = make({"a": 30, "b": 10}, ["ab", "a", "ab"], 40, scale=0)
    assert count(election, "equal-shares", "ba").rounds[0].project_id == "a"
    assert count(election, "equal-shares:utility=cardinality", "ba").rounds[0].project_id == "b"


def test_points_make_their_givers_pay_in_proportion():
    projects = (Project("a", 40), Project("b", 1))
    ballots = (Ballot(("a",), (3,)), Ballot(("a",), (1,)))
    election = Election(projects, ballots, 100, "cumulative", scale=0)
    (bought,) = count(election, "equal-shares", "ab").rounds
    assert bought.share == 10


def test_rankings_weigh_by_place():
    projects = (Project("a", 30), Project("b", 30))
    ballots = (Ballot(("a", "b")), Ballot(("a", "b")), Ballot(("b", "a")))
    election = Election(projects, ballots, 60, "ordinal", scale=0)
    assert count(election, "equal-shares", "ba").selected == ("a", "b")


def test_equals_are_taken_by_the_lot(make):
    election = make({"a": 10, "b": 10}, ["ab"], 15, scale=0)
    assert count(election, "equal-shares", "ab").selected == ("a",)
    outcome = count(election, "equal-shares", "ba")
    assert outcome.selected == ("b",)
    assert codes(outcome)["a"] == "lost_lot"
    assert dict(outcome.explanation("a").params)["against"] == ("b",)


def test_ties_may_go_to_the_cheaper_before_the_lot(make):
    election = make({"a": 20, "b": 10}, ["ab"], 25, scale=0)
    assert count(election, "equal-shares", "ab").selected == ("a",)
    assert count(election, "equal-shares:ties=cost-votes", "ab").selected == ("b",)


def test_a_blank_ballot_is_no_voter(make):
    election = make({"a": 10}, ["a", ""], 10, scale=0)
    outcome = count(election, "equal-shares", "a")
    assert outcome.figures["voters"] == 1
    assert outcome.selected == ("a",)


def test_adding_one_by_one_goes_on_until_the_budget_would_be_exceeded(make):
    election = make({"a": 60, "b": 60, "c": 30}, ["a", "a", "b", "c"], 120, scale=0)
    assert count(election, "equal-shares", "abc").selected == ("a", "c")
    outcome = count(election, "equal-shares/add1-overspend", "abc")
    assert outcome.selected == ("a", "c")
    assert outcome.figures["endowment"] == 59


def test_the_exhaustive_reading_stops_as_soon_as_nothing_else_fits(make):
    election = make({"a": 60, "b": 70, "c": 30}, ["a", "a", "b", "c"], 120, scale=0)
    over = count(election, "equal-shares/add1-overspend", "abc")
    exhausted = count(election, "equal-shares/add1-exhaustive", "abc")
    assert over.selected == exhausted.selected == ("a", "c")
    assert (over.figures["endowment"], exhausted.figures["endowment"]) == (69, 30)


def test_completion_ends_when_all_that_has_support_is_bought(make):
    election = make({"a": 10, "b": 5}, ["a"], 1000, scale=0)
    assert count(election, "equal-shares/add1-overspend", "ab").selected == ("a",)


def test_money_left_over_may_go_by_score(make):
    election = town(make, [*TOWN[:6], "d"], budget=200)
    assert count(election, "equal-shares", "abcd").selected == ("a", "b")
    outcome = count(election, "equal-shares:topup=greedy", "abcd")
    assert outcome.selected == ("a", "b", "d")
    assert codes(outcome)["d"] == "won_topup"
    assert outcome.total_cost <= 200


def test_greedy_replaces_equal_shares_if_more_voters_get_more_by_it(make):
    ballots = ["ab"] * 6 + ["c"] * 4
    election = make({"a": 50, "b": 50, "c": 40}, ballots, 100, scale=0)
    outcome = count(election, "equal-shares:comparison=satisfaction", "abc")
    assert outcome.figures["prefer_greedy"] == 6
    assert outcome.figures["prefer_shares"] == 4
    assert outcome.selected == ("a", "b")


def test_reasons_tell_votes_that_were_too_few_from_money_that_was_spent(make):
    ballots = ["ax"] * 20 + ["a"] + ["d"] * 2
    election = make({"a": 210, "x": 30, "d": 50}, ballots, 230, scale=0)
    outcome = count(election, "equal-shares", "axd")
    assert outcome.selected == ("a",)
    assert dict(outcome.explanation("d").params) == {
        "supporters": 2, "endowment": 10, "behind": 20, "shortfall": 30
    }  # fmt: skip
    assert dict(outcome.explanation("x").params) == {
        "behind": 0, "shortfall": 30, "turn": 1, "supporters": 20,
        "spent_on": ("a",), "spent": ("200",),
    }  # fmt: skip


def test_where_fewer_than_ten_agree_is_not_told(make):
    election = make({"a": 100, "x": 30}, ["ax"] * 9 + ["a"], 100, scale=0)
    assert count(election, "equal-shares", "ax").explanation("x").params["spent_on"] == ()


def test_a_project_below_the_threshold_is_not_bought(make):
    election = town(make, limits=Limits(min_score=5))
    assert count(election, "equal-shares", "abcd").selected == ("a", "b", "c")
    own = count(replace(election, rule="equal-shares"), "equal-shares", "abcd")
    asked = count(election, "equal-shares:threshold=5", "abcd")
    assert own.selected == asked.selected == ("a", "b")
    assert codes(own)["c"] == "below_threshold"


def test_a_vote_of_blank_ballots_has_no_winners(make):
    assert count(make({"a": 10}, ["", ""], 10), "equal-shares", "a").selected == ()


@pytest.mark.parametrize("options", ["utility=joy", "step=0", "threshold=x", "start=later"])
def test_options_that_make_no_sense_are_refused(make, options):
    with pytest.raises(UnsupportedRule):
        count(town(make), f"equal-shares/add1-overspend:{options}", "abcd")


def test_both_engines_can_be_asked_and_a_difference_is_an_alarm(make, monkeypatch):
    from pb_portal.tally.equal_shares.rule import Disagreement

    assert count(town(make), "equal-shares", "abcd", check_engines=True).selected
    monkeypatch.setattr(plain, "run", lambda problem, endowment: [])
    with pytest.raises(Disagreement):
        count(town(make), "equal-shares", "abcd", check_engines=True)


@st.composite
def problems(draw) -> Problem:
    """Small elections with few costs and points, built to tie."""
    ids = "abcdefg"[: draw(st.integers(1, 7))]
    kind = draw(st.sampled_from(["approval", "cumulative", "ordinal"]))
    ballots = []
    for _ in range(draw(st.integers(1, 9))):
        choices = tuple(draw(st.lists(st.sampled_from(ids), unique=True, min_size=1)))
        points = tuple(draw(st.integers(0, 3)) for _ in choices) if kind == "cumulative" else ()
        ballots.append(Ballot(choices, points, weight=draw(st.integers(1, 3))))
    projects = tuple(Project(one, draw(st.integers(0, 7))) for one in ids)
    order = draw(st.permutations(ids))
    return build(
        Election(projects, tuple(ballots), 1, kind),
        {one: place for place, one in enumerate(order)},
        set(ids),
        draw(st.sampled_from(["cost", "cardinality"])),
    )


ENDOWMENTS = st.fractions(0, 12, max_denominator=6)


@given(problems(), ENDOWMENTS)
@settings(deadline=None)
def test_both_engines_agree(problem, endowment):
    assert fast.Engine(problem).run(endowment) == plain.run(problem, endowment)


@given(problems(), st.lists(ENDOWMENTS, min_size=2, max_size=5))
@settings(deadline=None)
def test_what_an_engine_keeps_from_earlier_runs_does_not_change_later_ones(problem, endowments):
    engine = fast.Engine(problem)
    for endowment in endowments:
        assert engine.run(endowment) == fast.Engine(problem).run(endowment)


@given(problems(), ENDOWMENTS, ENDOWMENTS)
@settings(deadline=None, max_examples=300)
def test_the_bounds_of_a_higher_endowment_do_not_change_what_a_lower_one_buys(problem, one, two):
    engine = fast.Engine(problem)
    above = engine.trace(max(one, two))
    assert engine.trace(min(one, two), above).purchases == plain.run(problem, min(one, two))


@given(problems(), ENDOWMENTS)
@settings(deadline=None)
def test_payments_sum_exactly_to_the_cost_and_nobody_pays_more_than_the_share(problem, endowment):
    money = [endowment] * len(problem.groups)
    for bought in fast.Engine(problem).run(endowment):
        paid = Fraction(0)
        for group, points in problem.supporters[bought.project_id]:
            own = min(money[group], bought.share * points)
            money[group] -= own
            paid += own * problem.groups[group]
        assert paid == problem.costs[bought.project_id]
    assert all(left >= 0 for left in money)


@given(problems(), ENDOWMENTS)
@settings(deadline=None)
def test_what_is_told_of_the_supporters_money_adds_up(problem, endowment):
    from pb_portal.tally.equal_shares.explain import Explainer

    trace = fast.Engine(problem).trace(endowment)
    explainer = Explainer(problem, trace, endowment)
    for project_id in set(problem.supporters) - set(explainer.rounds):
        behind, spent, _ = explainer.money_of(project_id)
        assert behind + sum(spent.values()) == endowment * explainer.supporters(project_id)
        assert behind < problem.costs[project_id]


def test_ten_times_the_voters_change_nothing_but_the_weights(make):
    election = town(make)
    more = replace(
        election, ballots=tuple(replace(one, weight=10) for one in election.ballots), budget=1000
    )
    more = replace(more, projects=tuple(replace(one, cost=one.cost * 10) for one in more.projects))
    one, ten = (count(each, "equal-shares", "abcd") for each in (election, more))
    assert one.selected == ten.selected


def walk(problem, budget, start, step, *, exhaustive):
    """Completion as it is told: one step after another."""
    engine = fast.Engine(problem)
    best = Fraction(budget, problem.voters)
    purchases = engine.run(best)
    bought = [one.project_id for one in purchases]
    while not completion.complete(problem, bought, budget, exhaustive=exhaustive):
        start += step
        more = engine.run(start)
        bought = [one.project_id for one in more]
        if completion.spent(problem, bought) > budget:
            break
        best, purchases = start, more
    return best, purchases


@given(problems(), st.integers(0, 60), st.integers(1, 3), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=300)
def test_jumping_comes_to_the_same_as_going_one_by_one(problem, budget, step, exhaustive, whole):
    start = Fraction(budget, problem.voters)
    start = Fraction(start // 1) if whole else start
    jumped = completion.rising(
        problem, budget, fast.Engine(problem), start=start, step=step, exhaustive=exhaustive
    )
    walked = walk(problem, budget, start, step, exhaustive=exhaustive)
    assert (jumped.endowment, jumped.purchases) == walked


def test_jumping_tries_far_fewer_endowments(make):
    election = make({"a": 60, "b": 60, "c": 30}, ["a", "a", "b", "c"], 120)
    large = replace(
        election,
        projects=tuple(replace(one, cost=one.cost * 10_000) for one in election.projects),
        budget=election.budget * 10_000,
    )
    outcome = count(large, "equal-shares/add-opt", "abc")
    assert outcome.figures["endowment"] == 599_999
    assert outcome.figures["endowments_tried"] < 100
