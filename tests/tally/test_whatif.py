"""What losers lacked: both sides of the edge are counted."""

from dataclasses import replace

from pb_portal.tally import Ballot, Election, Limits, Project, count, file_ties
from pb_portal.tally.whatif import highest_cost, voters_lacking


def test_so_many_more_voters_and_it_would_have_won(make):
    election = make({"a": 60, "b": 60}, ["a"] * 5 + ["b"] * 2, 100)
    ties = file_ties(election)
    assert voters_lacking(election, "greedy", ties, "b") == 4
    for more, winners in ((3, ("a",)), (4, ("b",))):
        changed = replace(election, ballots=(*election.ballots, Ballot(("b",), weight=more)))
        assert count(changed, "greedy", ties).selected == winners


def test_no_number_of_voters_helps_what_costs_more_than_the_budget(make):
    election = make({"a": 60, "b": 160}, ["a", "b"], 100)
    assert voters_lacking(election, "greedy", file_ties(election), "b") is None


def test_a_voter_who_gives_points_gives_all_of_them():
    projects = (Project("a", 60), Project("b", 60))
    ballots = (Ballot(("a",), (9,)), Ballot(("b",), (2,)))
    election = Election(projects, ballots, 100, "cumulative", limits=Limits(max_sum_points=3))
    assert voters_lacking(election, "greedy", file_ties(election), "b") == 3


def test_at_this_cost_it_would_have_won_and_at_no_higher(make):
    election = make({"a": 60, "b": 60}, ["a"] * 5 + ["b"] * 2, 100)
    ties = file_ties(election)
    assert highest_cost(election, "greedy", ties, "b") == 40
    assert highest_cost(election, "greedy", ties, "a") == 100


def test_without_votes_it_wins_at_no_cost(make):
    election = make({"a": 60, "b": 60}, ["a"], 100)
    assert highest_cost(election, "greedy", file_ties(election), "b") is None


def test_it_is_asked_of_equal_shares_in_the_same_words(make):
    election = make({"a": 30, "b": 30, "c": 40}, ["ab"] * 6 + ["c"] * 3, 90, scale=0)
    ties = file_ties(election)
    assert "c" not in count(election, "equal-shares", ties).selected
    assert highest_cost(election, "equal-shares", ties, "c") == 30
    assert voters_lacking(election, "equal-shares", ties, "c") == 2
