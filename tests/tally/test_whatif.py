"""What losers lacked: both sides of the edge are counted."""

import json
import random
from dataclasses import replace

import pytest

from pb_portal.tally import Ballot, Election, Limits, Project, count, file_ties
from pb_portal.tally.__main__ import main
from pb_portal.tally.whatif import Edges, edges, highest_cost, voters_lacking


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


def test_edges_tells_both_of_every_project(make):
    election = make({"a": 60, "b": 60, "c": 200}, ["a"] * 5 + ["b"] * 2 + ["c"], 100)
    found = edges(election, "greedy", file_ties(election))
    assert found == {"a": Edges(None, 100), "b": Edges(4, 40), "c": Edges(None, 40)}


@pytest.mark.parametrize("vote_type", ["approval", "cumulative", "ordinal"])
def test_scores_tell_a_greedy_rule_the_same_as_ballots(vote_type):
    chance = random.Random(vote_type)
    for _ in range(30):
        ids = "abcde"
        ballots = tuple(
            Ballot(choices, tuple(range(3, 0, -1)) if vote_type == "cumulative" else ())
            for choices in (tuple(chance.sample(ids, 3)) for _ in range(9))
        )
        projects = tuple(Project(one, chance.randint(1, 9)) for one in ids)
        limits = Limits(max_points=3, min_score=chance.choice((0, 4)))
        election = Election(projects, ballots, 12, vote_type, limits=limits)
        ties = file_ties(election)
        for rule in ("greedy", "greedy-no-skip", "greedy-threshold:scoring=votes"):
            for one, edge in edges(election, rule, ties).items():
                whole = tuple(range(3, 2, -1)) if vote_type == "cumulative" else ()
                if edge.voters is not None:
                    for more in (edge.voters - 1, edge.voters):
                        extra = (Ballot((one,), whole, weight=more),) if more else ()
                        changed = replace(election, ballots=(*ballots, *extra))
                        won = one in count(changed, rule, ties).selected
                        assert won == (more == edge.voters)


def test_edges_ends_in_time_and_leaves_out_what_it_did_not_come_to(make):
    election = make({one: 10 for one in "abcdef"}, ["a", "ab", "abc"], 20)
    clock = iter(range(1000))
    some = edges(election, "greedy", file_ties(election), 30, clock=lambda: next(clock))
    every = edges(election, "greedy", file_ties(election))
    assert 0 < len(some) < len(every) == 6
    assert some.items() <= every.items()
    assert edges(election, "greedy", file_ties(election), 0) == {}


def test_the_command_tells_edges(tmp_path, capsys):
    path = tmp_path / "vote.pb"
    path.write_text(
        "META\nkey;value\nbudget;100\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;60\n2;60\n"
        "VOTES\nvoter_id;vote\na;1\nb;1\nc;2\n"
    )
    assert main([str(path), "--rule", "greedy", "--json", "--edges", "60"]) == 0
    told = json.loads(capsys.readouterr().out)["edges"]
    assert told == {"1": {"voters": None, "cost": 100}, "2": {"voters": 2, "cost": 40}}
    assert main([str(path), "--rule", "greedy", "--explain", "--edges", "60"]) == 0
    assert "with 2 more voters for it alone it would have won" in capsys.readouterr().out
