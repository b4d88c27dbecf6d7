"""The greedy rules on elections small enough to count on fingers."""

from dataclasses import replace

import pytest

from pb_portal.tally import Conflict, Limits, Project, UnsupportedRule, count

ABC = {"a": 60, "b": 50, "c": 40, "d": 30}
#: votes: a 4, b 3, c 2, d 1
FOUR = ["abcd", "abc", "ab", "a"]
ORDER = "abcd"


def reasons(outcome):
    return {one.project_id: one.code for one in outcome.explanations}


def test_what_does_not_fit_is_skipped(make):
    outcome = count(make(ABC, FOUR, 100), "greedy", ORDER)
    assert outcome.selected == ("a", "c")
    assert outcome.total_cost == 100
    assert dict(outcome.explanation("b").params) == {"remaining": 40, "shortfall": 10}
    assert reasons(outcome) == {
        "a": "won", "b": "no_money_left", "c": "won", "d": "no_money_left"
    }  # fmt: skip


def test_a_project_that_costs_exactly_what_is_left_wins(make):
    assert count(make({"a": 100}, ["a"], 100), "greedy", "a").selected == ("a",)


def test_without_skipping_the_first_that_does_not_fit_ends_the_count(make):
    outcome = count(make(ABC, FOUR, 100), "greedy-no-skip", ORDER)
    assert outcome.selected == ("a",)
    assert reasons(outcome)["b"] == "no_money_left"
    assert dict(outcome.explanation("c").params) == {"by": "b", "remaining": 40}


def test_a_withdrawn_project_neither_wins_nor_ends_the_count(make):
    election = make(ABC, FOUR, 100)
    gone = Project("b", 999_999_999, withdrawn=True)
    election = replace(election, projects=(election.projects[0], gone, *election.projects[2:]))
    outcome = count(election, "greedy-no-skip", ORDER)
    assert outcome.selected == ("a", "c")
    assert reasons(outcome)["b"] == "withdrawn"


def test_below_the_least_score_nothing_wins(make):
    election = make(ABC, FOUR, 1000, limits=Limits(min_score=2))
    outcome = count(election, "greedy-threshold", ORDER)
    assert outcome.selected == ("a", "b", "c")
    assert dict(outcome.explanation("d").params) == {"threshold": 2, "missing": 1}


def test_the_threshold_may_be_an_option(make):
    outcome = count(make(ABC, FOUR, 1000), "greedy:threshold=3", ORDER)
    assert outcome.selected == ("a", "b")
    assert outcome.choices["threshold"] == "3"


def test_what_an_election_states_holds_under_its_own_rule_and_not_under_another(make):
    election = make(
        ABC, FOUR, 60, limits=Limits(min_score=5), awards=1, conflicts=(Conflict(("a", "b")),)
    )
    assert count(election, "greedy", ORDER).selected == ()
    other = replace(election, rule="greedy-no-skip")
    assert count(other, "greedy", ORDER).selected == ("a",)
    assert count(other, "greedy-threshold", ORDER).selected == ()


def test_of_conflicting_projects_the_first_to_win_excludes_the_others(make):
    election = make(ABC, FOUR, 1000, conflicts=(Conflict(("b", "c")),))
    outcome = count(election, "greedy-exclusive", ORDER)
    assert outcome.selected == ("a", "b", "d")
    assert dict(outcome.explanation("c").params) == {"by": "b"}


def test_a_kept_project_excludes_its_rivals_even_before_its_turn(make):
    election = make(ABC, FOUR, 1000, conflicts=(Conflict(("b", "c"), kept="c"),))
    outcome = count(election, "greedy-exclusive", ORDER)
    assert outcome.selected == ("a", "c", "d")
    assert dict(outcome.explanation("b").params) == {"by": "c"}


def test_by_cost_the_cheaper_vote_goes_first(make):
    election = make({"a": 90, "b": 20}, ["ab", "a", "a"], 100)
    assert count(election, "greedy", "ab").selected == ("a",)
    assert count(election, "greedy-per-cost", "ab").selected == ("b",)


def test_poznan_pays_the_last_from_the_reserve_when_four_fifths_are_there(make):
    outcome = count(make(ABC, FOUR, 100), "greedy-custom", ORDER)
    assert outcome.selected == ("a", "b")
    assert outcome.outside_cost == 10
    assert reasons(outcome)["b"] == "won_reserve"
    assert reasons(outcome)["c"] == "stopped"
    assert outcome.cut_off.money_left == 0


def test_poznan_stops_when_a_grosz_of_the_four_fifths_is_missing(make):
    outcome = count(make(ABC, FOUR, 99), "greedy-custom", ORDER)
    assert outcome.selected == ("a",)
    assert count(make(ABC, FOUR, 99), "greedy-custom:near=78", ORDER).selected == ("a", "b")


def test_awards_go_to_the_best_that_only_lacked_money(make):
    outcome = count(make(ABC, FOUR, 60, awards=1, rule="greedy-no-skip"), "greedy-no-skip", ORDER)
    assert outcome.selected == ("a", "b")
    assert reasons(outcome)["b"] == "won_award"
    assert outcome.outside_cost == 50
    assert outcome.cut_off.last_winner == "a"


def test_equals_are_taken_in_the_order_of_the_lot_and_the_loser_is_told(make):
    election = make({"a": 60, "b": 60}, ["ab"], 100)
    assert count(election, "greedy", "ab").selected == ("a",)
    outcome = count(election, "greedy", "ba")
    assert outcome.selected == ("b",)
    assert reasons(outcome)["a"] == "lost_lot"
    assert dict(outcome.explanation("a").params) == {
        "against": ("b",), "remaining": 40, "shortfall": 20
    }  # fmt: skip


def test_an_equal_that_could_not_have_won_first_lacked_money_not_luck(make):
    election = make({"a": 60, "b": 120}, ["ab"], 100)
    assert reasons(count(election, "greedy", "ab"))["b"] == "over_budget"


def test_nothing_wins_without_a_vote(make):
    outcome = count(make({"a": 1, "b": 1}, ["a"], 100), "greedy", "ab")
    assert outcome.selected == ("a",)
    assert reasons(outcome)["b"] == "no_votes"


def test_the_cut_off_names_the_last_winner_and_the_best_loser(make):
    cut = count(make(ABC, FOUR, 110), "greedy", ORDER).cut_off
    assert (cut.last_winner, cut.last_winner_score) == ("b", 3)
    assert (cut.first_loser, cut.first_loser_score) == ("c", 2)
    assert cut.money_left == 0


def test_an_empty_vote_has_no_winners_and_no_cut_off(make):
    outcome = count(make(ABC, [], 100), "greedy", ORDER)
    assert outcome.selected == ()
    assert outcome.cut_off.last_winner is None


def test_every_choice_is_spelled_out(make):
    choices = count(make(ABC, FOUR, 100), "greedy", ORDER).choices
    assert choices["version"] and choices["scoring"] == "votes" and choices["ties"] == "given"


@pytest.mark.parametrize(
    "rule",
    ["first-past", "greedy:near=80", "greedy:threshold", "greedy:threshold=-1", "greedy:x=1",
     "greedy:threshold=1,threshold=2", "greedy-custom:near=0", "greedy:scoring=points",
     "greedy:scoring=borda", "greedy:scoring=chance"],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_in_a_sentence(make, rule):
    with pytest.raises(UnsupportedRule, match=r"^[A-Z].*\.$"):
        count(make(ABC, FOUR, 100), rule, ORDER)


def test_an_order_of_ties_that_misses_a_project_is_refused(make):
    with pytest.raises(UnsupportedRule, match="ties"):
        count(make(ABC, FOUR, 100), "greedy", "abc")
