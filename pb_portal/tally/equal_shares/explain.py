"""Why a project won or did not when money was shared among voters.

Codes beside those of ``outcome`` (money in minor units, what people hold rounded down):

==================  ============================================================================
code                params
==================  ============================================================================
``won_shared``      ``round``; ``supporters``; ``share``: the most that one point (one vote) paid
``won_topup``       ``remaining`` before and ``left`` after: bought with the money left over
``too_few_votes``   ``supporters``, ``endowment`` of each, ``behind``: all they had together,
                    ``shortfall``
``money_spent``     ``behind``: what its supporters had left at its turn, ``shortfall``,
                    ``turn``: after how many rounds that was, ``supporters``, ``spent_on``: where
                    their money had gone, the most first, and ``spent``: how much, both without
                    projects it shares fewer than ten supporters with
``lost_lot``        ``against`` (see ``outcome``), ``behind``, ``shortfall``
==================  ============================================================================

A project's turn comes when it is bought, or when it would be next by what it last cost its
supporters; ``behind`` is what they held then. A project with no turn (no votes, below the least
score, withdrawn) has all its supporters were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from pb_portal.tally.equal_shares.fast import Trace
from pb_portal.tally.equal_shares.problem import Problem
from pb_portal.tally.outcome import Verdict

#: Fewer people than this in common are not told of.
MIN_OVERLAP: Final = 10


class Explainer:
    """Reads the reasons off a trace."""

    def __init__(self, problem: Problem, trace: Trace, endowment: Fraction) -> None:
        self.problem, self.trace, self.endowment = problem, trace, endowment
        self.rounds = {
            one.project_id: (number, one.share)
            for number, one in enumerate(trace.purchases, start=1)
        }

    def supporters(self, project_id: str) -> int:
        """How many voters give the project a point or more."""
        counted = self.trace.supporters.count(0, project_id)
        each = zip(counted.points, counted.weights, strict=True)
        return sum(weight // points for points, weight in each)

    def winner(self, project_id: str) -> Verdict:
        """A project that its supporters paid for."""
        number, share = self.rounds[project_id]
        return "won_shared", {
            "round": number,
            "supporters": self.supporters(project_id),
            "share": int(share),
        }

    def loser(self, project_id: str) -> Verdict:
        """A project whose supporters could not pay for it."""
        cost, supporters = self.problem.costs[project_id], self.supporters(project_id)
        at_first = self.endowment * supporters
        if at_first < cost:
            return "too_few_votes", {
                "supporters": supporters,
                "endowment": int(self.endowment),
                "behind": int(at_first),
                "shortfall": cost - int(at_first),
            }
        turn, _ = self.trace.turns[project_id]
        behind, spent, people = self.money_of(project_id)
        told = sorted(
            (one for one in spent if people[one] >= MIN_OVERLAP),
            key=lambda one: (-spent[one], self.problem.rank[one]),
        )
        return "money_spent", {
            "behind": int(behind),
            "shortfall": cost - int(behind),
            "turn": turn,
            "supporters": supporters,
            "spent_on": tuple(told),
            "spent": tuple(str(int(spent[one])) for one in told),
        }

    def behind(self, project_id: str) -> int:
        """What the supporters of a project in the count held at its turn, rounded down."""
        _, winners = self.trace.turns[project_id]
        counted = self.trace.supporters.count(winners, project_id)
        each = zip(counted.held, counted.points, counted.weights, strict=True)
        held = sum(self.trace.held(held) * (weight // points) for held, points, weight in each)
        return held // self.trace.unit

    def money_of(
        self, project_id: str
    ) -> tuple[Fraction, Mapping[str, Fraction], Mapping[str, int]]:
        """What a project's supporters had at its turn, and by winner what and how many paid."""
        trace = self.trace
        left = 0
        spent: dict[str, int] = {}
        people: dict[str, int] = {}
        _, winners = trace.turns[project_id]
        counted = trace.supporters.count(winners, project_id)
        each = zip(counted.held, counted.points, counted.weights, strict=True)
        for held, points, weight in each:
            voters = weight // points
            left += trace.held(held) * voters
            after = held
            while after:
                before = trace.steps[after]
                winner, _ = trace.supporters.meaning[after ^ before]
                paid = (trace.held(before) - trace.held(after)) * voters
                spent[winner] = spent.get(winner, 0) + paid
                people[winner] = people.get(winner, 0) + voters
                after = before
        unit = trace.unit
        return (
            Fraction(left, unit),
            {one: Fraction(amount, unit) for one, amount in spent.items()},
            people,
        )
