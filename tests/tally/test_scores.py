"""Scores of the kinds of ballots."""

from dataclasses import replace

import pytest

from pb_portal.tally import (
    Ballot,
    Election,
    Limits,
    Project,
    UnsupportedRule,
    count,
    scores_of,
)

ABC = tuple(Project(one, 10) for one in "abc")


def test_each_ballot_gives_a_vote_to_all_it_names(make):
    assert scores_of(make({"a": 1, "b": 1}, ["ab", "a"], 1)) == {"a": 2, "b": 1}


def test_equal_ballots_weigh_as_many():
    election = Election(ABC, (Ballot(("a",), weight=3), Ballot(("a", "b"))), 10)
    assert scores_of(election) == {"a": 4, "b": 1, "c": 0}


def test_points_are_added():
    ballots = (Ballot(("a", "b"), (3, 1)), Ballot(("b",), (5,), weight=2))
    assert scores_of(Election(ABC, ballots, 10, "cumulative")) == {"a": 3, "b": 11, "c": 0}


@pytest.mark.parametrize(
    ("scoring", "expected"),
    [("", {"a": 2, "b": 2, "c": 0}), ("borda", {"a": 2, "b": 2, "c": 0}),
     ("borda-all", {"a": 3, "b": 5, "c": 0}), ("votes", {"a": 1, "b": 2, "c": 0})],
)  # fmt: skip
def test_a_ranking_is_scored_by_the_named_method(scoring, expected):
    ballots = (Ballot(("a", "b")), Ballot(("b",)))
    assert scores_of(Election(ABC, ballots, 10, "ordinal"), scoring) == expected


def test_counting_down_from_the_longest_ballot_allowed_needs_no_full_ballot():
    from pb_portal.tally import Limits

    election = Election(ABC, (Ballot(("b",)),), 10, "ordinal", limits=Limits(max_length=3))
    assert scores_of(election, "borda-max") == {"a": 0, "b": 3, "c": 0}


def test_approvals_cannot_be_scored_by_rank(make):
    with pytest.raises(UnsupportedRule):
        count(make({"a": 1}, ["a"], 1), "greedy:scoring=borda", "a")


def test_equal_shares_and_phragmen_take_points_and_ranks_for_approvals():
    ballots = (Ballot(("a", "b"), (1, 9)), Ballot(("b", "a"), (0, 4)), Ballot(("c",), (9,)))
    projects = tuple(Project(one, 6) for one in "abc")
    election = Election(projects, ballots, 12, "cumulative", scale=0)
    approvals = replace(election, ballots=tuple(Ballot(one.choices) for one in ballots))
    approvals = replace(approvals, vote_type="approval")
    for rule in ("equal-shares", "equal-shares/add1-overspend", "equal-shares/add-opt"):
        told = count(election, f"{rule}:scoring=votes", "abc", check_engines=True)
        assert told.choices["scoring"] == "votes"
        assert told.selected == count(approvals, rule, "abc").selected
        assert count(election, rule, "abc").choices["scoring"] == "points"
    voted = count(election, "phragmen:scoring=votes", "abc")
    assert voted.selected == count(approvals, "phragmen", "abc").selected
    assert count(approvals, "phragmen:scoring=votes", "abc").selected == voted.selected


def test_equal_shares_take_every_scoring_of_ranks():
    ballots = (Ballot(("a", "b")), Ballot(("b",)), Ballot(("c", "a", "b")))
    election = Election(
        tuple(Project(one, 5) for one in "abc"), ballots, 9, "ordinal", limits=Limits(max_length=3)
    )
    for scoring in ("votes", "borda", "borda-max", "borda-all"):
        told = count(election, f"equal-shares:scoring={scoring}", "abc", check_engines=True)
        assert told.choices["scoring"] == scoring
        scores = scores_of(election, scoring)
        assert {one.project_id: one.score for one in told.explanations} == scores


@pytest.mark.parametrize(
    "rule", ["phragmen", "phragmen:scoring=borda", "equal-shares:scoring=points"]
)
def test_a_scoring_that_makes_no_sense_is_refused(rule):
    election = Election((Project("a", 1),), (Ballot(("a",)),), 1, "ordinal")
    with pytest.raises(UnsupportedRule):
        count(election, rule, "a")
