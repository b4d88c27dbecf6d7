"""Who wins with one order of the lot, from the shares to the last option of the rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pb_portal.tally import greedy
from pb_portal.tally.draws import Draw, Pair
from pb_portal.tally.equal_shares import completion
from pb_portal.tally.equal_shares.choices import Choices
from pb_portal.tally.equal_shares.completion import Completed
from pb_portal.tally.equal_shares.counting import Supporters
from pb_portal.tally.equal_shares.fast import Engine
from pb_portal.tally.equal_shares.problem import Problem, build
from pb_portal.tally.model import Election, compress
from pb_portal.tally.outcome import Verdict
from pb_portal.tally.scores import scores_of, votes_of


@dataclass(frozen=True, slots=True)
class Decision:
    """What one order of the lot came to.

    ``bought`` with shares, ``added`` with money left over (and what was left before each).
    ``preferred`` counts the voters who get more of their projects by shares, and by greedy;
    ``instead`` are greedy's winners if they replace these.
    """

    problem: Problem
    engine: Engine
    completed: Completed
    added: Mapping[str, int]
    preferred: tuple[int, int] | None
    instead: frozenset[str] | None
    relied: tuple[Pair, ...]

    @property
    def bought(self) -> list[str]:
        return [one.project_id for one in self.completed.purchases]

    @property
    def draw(self) -> Draw:
        """The decision as one of many draws."""
        if self.instead is not None:
            return Draw(self.instead, self.relied)
        return Draw(frozenset([*self.bought, *self.added]), self.relied)


class Decider:
    """One election under one rule, decided for one order of the lot after another."""

    def __init__(self, election: Election, choices: Choices) -> None:
        self.election, self.choices = election, choices
        self.projects = {project.id: project for project in election.projects}
        self.votes = votes_of(election)
        self.scores = scores_of(election, choices.scoring)
        self.out: dict[str, Verdict] = {}
        walker = greedy.Walk(election, greedy.Greedy(), self.scores)
        for project in election.projects:
            if (reason := walker.not_standing(project)) is not None:
                self.out[project.id] = reason
        standing = set(self.projects) - set(self.out)
        self.problem = build(election, {}, standing, choices.utility, choices.scoring)
        self.supporters = Supporters(self.problem)

    def decide(self, order: Sequence[str]) -> Decision:
        """The winners by this order, and the pairs of equals whose order mattered."""
        problem = replace(self.problem, rank=self.rank(order))
        engine = Engine(problem, self.supporters)
        completed = self.complete(problem, engine)
        bought = [one.project_id for one in completed.purchases]
        added, fitting = (
            self.top_up(problem, bought) if self.choices.topup == "greedy" else ({}, [])
        )
        relied = [pair for pair in (*engine.relied, *fitting) if self.by_lot(*pair)]
        preferred = instead = None
        if self.choices.comparison == "satisfaction" and self.problem.voters:
            walk = self.greedily(order)
            relied += walk.relied
            preferred = self.preferences({*bought, *added}, set(walk.winners))
            if preferred[1] > preferred[0]:
                instead = frozenset(walk.winners)
        return Decision(
            problem, engine, completed, added, preferred, instead, tuple(dict.fromkeys(relied))
        )

    def rank(self, order: Sequence[str]) -> Mapping[str, int]:
        """The place of each project among its equals."""
        ranked = list(order)
        if self.choices.ties == "cost-votes":
            ranked.sort(key=self.before_lot)
        return {project_id: place for place, project_id in enumerate(ranked)}

    def before_lot(self, project_id: str) -> tuple[int, int]:
        return self.projects[project_id].cost, -self.votes[project_id]

    def by_lot(self, first: str, second: str) -> bool:
        """Whether it is the lot that puts one before the other."""
        return self.choices.ties == "lot" or self.before_lot(first) == self.before_lot(second)

    def complete(self, problem: Problem, engine: Engine) -> Completed:
        budget, name = self.election.budget, self.choices.name
        if not problem.voters:
            return Completed(Fraction(0), [], 0)
        if name == "equal-shares":
            return completion.none(problem, budget, engine)
        exact = Fraction(budget, problem.voters)
        unit = 10**self.election.scale
        if name == "equal-shares/add-opt":
            step = Fraction(unit, 100)
            return completion.rising(problem, budget, engine, start=exact, step=step)
        start = Fraction(exact // unit * unit) if self.choices.start == "floor" else exact
        return completion.rising(
            problem,
            budget,
            engine,
            start=start,
            step=Fraction(self.choices.step * unit),
            exhaustive=name == "equal-shares/add1-exhaustive",
        )

    def top_up(self, problem: Problem, bought: list[str]) -> tuple[dict[str, int], list[Pair]]:
        """Who gets what is left of the budget, by score; what was left before, and who of equals
        went first where there was not enough for all."""
        if self.choices.topup == "none":
            return {}, []
        left = self.election.budget - sum(self.projects[one].cost for one in bought)
        rest = [one for one in problem.supporters if one not in bought]
        rest.sort(key=lambda one: (-self.scores[one], problem.rank[one]))
        added: dict[str, int] = {}
        relied: list[Pair] = []
        for place, one in enumerate(rest):
            cost = self.projects[one].cost
            if cost > left:
                continue
            rivals = [
                other
                for other in rest[place + 1 :]
                if self.scores[other] == self.scores[one] and self.projects[other].cost <= left
            ]
            if cost + sum(self.projects[other].cost for other in rivals) > left:
                relied += [(one, other) for other in rivals]
            added[one] = left
            left -= cost
        return added, relied

    def greedily(self, order: Sequence[str]) -> greedy.Walk:
        """The greedy count that shares are compared with."""
        ranked = greedy.ranking(self.election, greedy.Greedy(), self.scores, order)
        return greedy.Walk(self.election, greedy.Greedy(), self.scores).run(ranked)

    def preferences(self, here: set[str], there: set[str]) -> tuple[int, int]:
        """How many voters have more of their projects here, and how many there."""
        for_here = for_there = 0
        for ballot in compress(self.election.ballots):
            mine = sum(one in here for one in ballot.choices)
            theirs = sum(one in there for one in ballot.choices)
            for_here += ballot.weight * (mine > theirs)
            for_there += ballot.weight * (theirs > mine)
        return for_here, for_there
