"""Two engines and two ways to complete, on elections built to tie.

The plain engine, one endowment after another, is the rule as it is told; the fast one with its
jumps has to come to the same, purchases, prices and all. TALLY_ELECTIONS=10000 tries more.
"""

import os
import random
from fractions import Fraction

from pb_portal.tally import Ballot, Election, Project
from pb_portal.tally.equal_shares import completion, fast, plain
from pb_portal.tally.equal_shares.problem import build

COSTS = (0, 2, 3, 4, 5, 6, 7, 12, 30)
KINDS = ("approval", "approval", "cumulative", "ordinal")


def random_problem(chance):
    ids = "abcdefghi"[: chance.randint(2, 9)]
    kind = chance.choice(KINDS)
    ballots = []
    for _ in range(chance.randint(1, 12)):
        choices = tuple(chance.sample(ids, chance.randint(1, len(ids))))
        points = tuple(chance.randint(0, 3) for _ in choices) if kind == "cumulative" else ()
        ballots.append(Ballot(choices, points, weight=chance.choice((1, 1, 1, 2, 5))))
    projects = tuple(Project(one, chance.choice(COSTS)) for one in ids)
    rank = {one: place for place, one in enumerate(chance.sample(ids, len(ids)))}
    utility = chance.choice(("cost", "cardinality"))
    return build(Election(projects, tuple(ballots), 1, kind), rank, set(ids), utility)


def walked(problem, budget, start, step, *, exhaustive):
    """The completion as it is told."""

    def bought(purchases):
        return [one.project_id for one in purchases]

    best, endowment = Fraction(budget, problem.voters), start
    purchases = plain.run(problem, best)
    while not completion.complete(problem, bought(purchases), budget, exhaustive=exhaustive):
        endowment += step
        more = plain.run(problem, endowment)
        if completion.spent(problem, bought(more)) > budget:
            break
        best, purchases = endowment, more
    return best, purchases


def try_many(number, seed):
    chance = random.Random(seed)
    for _ in range(number):
        problem, budget = random_problem(chance), chance.randint(1, 80)
        step = Fraction(chance.choice((1, 1, 2, 3)), chance.choice((1, 2, 4)))
        exhaustive, floor = chance.random() < 0.5, chance.random() < 0.5
        start = Fraction(budget, problem.voters)
        start = Fraction(start // 1) if floor else start
        found = completion.rising(
            problem, budget, fast.Engine(problem), start=start, step=step, exhaustive=exhaustive
        )
        told = walked(problem, budget, start, step, exhaustive=exhaustive)
        assert (found.endowment, found.purchases) == told, (problem, budget, start, step)


def test_both_engines_agree_on_elections_built_to_tie():
    try_many(int(os.environ.get("TALLY_ELECTIONS", "300")), 2026)


def test_close_offers_are_compared_in_one_unit():
    """At 49/6 each c is cheaper than a, though at both ends of the stretch a goes first."""
    choices = {
        0: "gh",
        1: "afgh",
        2: "abcdefghi",
        3: "d",
        4: "de",
        5: "abcdefghi",
    }
    points = {
        0: (1, 2),
        1: (4, 2, 1, 3),
        2: (9, 6, 5, 3, 7, 8, 1, 2, 4),
        3: (1,),
        4: (1, 2),
        5: (1, 8, 9, 2, 4, 5, 6, 3, 7),
    }
    costs = {"a": 7, "b": 30, "c": 7, "d": 2, "e": 0, "f": 5, "g": 30, "h": 30, "i": 3}
    ballots = tuple(Ballot(tuple(choices[one]), points[one]) for one in choices)
    election = Election(
        tuple(Project(one, cost) for one, cost in costs.items()), ballots, 22, "cumulative"
    )
    rank = {one: place for place, one in enumerate("efahbcgid")}
    problem = build(election, rank, set(costs), "cardinality")
    start, step = Fraction(22, 6), Fraction(1, 2)
    found = completion.rising(problem, 22, fast.Engine(problem), start=start, step=step)
    assert (found.endowment, found.purchases) == walked(problem, 22, start, step, exhaustive=False)
    assert found.endowment == Fraction(23, 3)
