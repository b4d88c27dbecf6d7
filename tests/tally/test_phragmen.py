"""Phragmén's sequential rule."""

import pytest

from pb_portal.tally import Ballot, Election, Project, UnsupportedRule, count


def test_money_flows_and_projects_are_bought_when_their_supporters_hold_the_cost(make):
    # a at 30 / 3 = 10; then b's supporters: one emptied at 10, one never: (20 + 10) / 2 = 15.
    election = make({"a": 30, "b": 20, "c": 25}, ["ab", "a", "a", "b", "c"], 100)
    outcome = count(election, "phragmen", "abc")
    assert [(one.project_id, one.share, one.left) for one in outcome.rounds] == [
        ("a", 10, 70),
        ("b", 15, 50),
        ("c", 25, 25),
    ]


def test_the_first_that_the_budget_no_longer_pays_for_ends_it(make):
    election = make({"a": 60, "b": 50, "c": 10}, ["a"] * 4 + ["b"] * 2 + ["c"] * 0 + ["c"], 70)
    assert count(election, "phragmen", "abc").selected == ("c", "a")
    election = make({"a": 60, "b": 20, "c": 10}, ["a"] * 6 + ["b"] + ["c"] * 2, 65)
    stopped = count(election, "phragmen", "abc")
    assert stopped.selected == ("c",)
    assert stopped.explanation("a").code == "too_late"
    assert count(election, "phragmen:fit=skip", "abc").selected == ("c", "b")


def test_equals_are_taken_by_the_lot(make):
    election = make({"a": 10, "b": 10}, ["a", "b"], 10)
    assert count(election, "phragmen", "ba").selected == ("b",)


def test_what_costs_more_than_the_budget_neither_wins_nor_ends_it(make):
    election = make({"a": 90, "b": 10}, ["a"] * 100 + ["b"], 50)
    outcome = count(election, "phragmen", "ab")
    assert outcome.selected == ("b",)
    assert outcome.explanation("a").code == "over_budget"


def test_it_refuses_points():
    election = Election((Project("a", 1),), (Ballot(("a",), (2,)),), 1, "cumulative")
    with pytest.raises(UnsupportedRule):
        count(election, "phragmen", "a")
