"""The Method of Equal Shares at speed, exact all the same.

- Voters who bought the same projects have the same money, so a project's supporters are counted
  by what they bought so far (a bit mask) and not one by one. These counts do not depend on money
  and are kept from one endowment to the next.
- A project only ever gets dearer for its supporters, so one that was dearer than the best offer
  the last time it was looked at need not be looked at again.
- Offers are weighed in floating point with a bound on its error. Where the bounds of two overlap,
  or those of what supporters have and what they need, the exact numbers are compared instead; and
  what is paid is always exact: whole numbers over one denominator that grows when needed.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import compress
from math import gcd
from operator import mul, or_, truediv
from typing import Final

from pb_portal.tally.equal_shares.counting import Counted, Supporters
from pb_portal.tally.equal_shares.problem import Problem, Purchase

#: Twice the relative error of one operation in floating point.
_ERROR: Final = 2.0**-52
#: Stands for what may be nothing or very little; 0.0 is certainly nothing.
_HARDLY: Final = 1e-300


class Engine:
    """One problem, run for one endowment after another."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.supporters = problem, Supporters(problem)

    def run(self, endowment: Fraction) -> list[Purchase]:
        """The purchases, in order, when every voter starts with this endowment."""
        return self.trace(endowment).purchases

    def trace(self, endowment: Fraction) -> Trace:
        """The same with all that is needed to explain it."""
        self.supporters.forget()
        return Trace(self.problem, self.supporters, endowment)


class Trace:
    """What happened with one endowment.

    ``steps`` leads from what a voter bought to what the voter had bought before the last of it;
    ``tied`` names for a project the one that was drawn before it. ``dropped``
    says when a project had its turn: how many purchases were made, and which, when it would have
    been next by what it last cost its supporters, and they no longer had the money.
    """

    def __init__(self, problem: Problem, supporters: Supporters, endowment: Fraction) -> None:
        self.problem, self.supporters = problem, supporters
        self.endowment = float(endowment)
        self.money: dict[int, float] = {0: self.endowment}
        self.unit = endowment.denominator
        self.exact: dict[int, tuple[int, int]] = {0: (endowment.numerator, self.unit)}
        self.shares: dict[str, tuple[int, int]] = {}
        #: whoever has more than this has more than the share
        self.ceilings: dict[str, float] = {}
        self.steps: dict[int, int] = {}
        self.tied: dict[str, str] = {}
        self.dropped: dict[str, tuple[int, int]] = {}
        #: for each round the winner's price at most, the others' at least, and exact close ones
        self.margins: list[tuple[float, float, dict[str, Fraction]]] = []
        self.winners = 0
        self.purchases: list[Purchase] = []
        self.waiting = [(0.0, project_id) for project_id in self.problem.supporters]
        while (winner := self.best()) is not None:
            self.buy(winner)

    def best(self) -> str | None:
        """The best offer; drops the projects nobody can pay for any more."""
        ceiling = float("inf")
        looked: list[tuple[float, str]] = []
        self.waiting.sort()
        for place, (bound, project_id) in enumerate(self.waiting):
            if bound > ceiling:
                looked += self.waiting[place:]
                break
            bounds = self.look(project_id)
            if bounds is None:
                self.dropped[project_id] = (len(self.purchases), self.winners)
            else:
                looked.append((bounds[0], project_id))
                ceiling = min(ceiling, bounds[1])
        self.waiting = looked
        close = [project_id for bound, project_id in looked if bound <= ceiling]
        others = min((bound for bound, _ in looked if bound > ceiling), default=float("inf"))
        self.margins.append((ceiling, others, {}))
        return self.closest(close) if len(close) > 1 else close[0] if close else None

    def counted(self, project_id: str) -> Counted:
        return self.supporters.count(self.winners, project_id)

    def look(self, project_id: str) -> tuple[float, float] | None:
        """Bounds of the price of a point of utility; None if the supporters cannot pay."""
        counted = self.counted(project_id)
        levels = list(map(self.money.__getitem__, counted.held))
        if not self.problem.uniform:
            levels = list(map(truediv, levels, counted.points))
        every = zip(levels, counted.weights, strict=True)
        payers = sorted(compress(every, levels))
        points_left = sum(compress(counted.weights, levels))
        cost = self.problem.costs[project_id]
        error = _ERROR * (len(payers) + len(self.purchases) + 8)
        error *= self.endowment * points_left + cost
        behind = sum(map(mul, levels, counted.weights))
        if behind < cost + error and (behind < cost - error or not self.affordable(project_id)):
            return None
        due, share = float(cost), 0.0
        for level, weight in payers:
            share = level
            if due <= level * points_left:
                share = due / points_left
                break
            due -= level * weight
            points_left -= weight
        self.ceilings[project_id] = share + 2 * error
        value = self.problem.value(project_id) or 1
        return (share - error) / value, (share + error) / value

    def closest(self, close: list[str]) -> str:
        """The best of some by exact comparison, equals by their rank."""
        rank = self.problem.rank
        prices = {
            project_id: Fraction(*self.share(project_id)) / (self.problem.value(project_id) or 1)
            for project_id in close
        }
        best = min(close, key=lambda one: (prices[one], rank[one]))
        self.margins[-1][2].update(prices)
        for project_id in close:
            if project_id != best and prices[project_id] == prices[best]:
                self.tied[project_id] = best
        return best

    def affordable(self, project_id: str) -> bool:
        """Whether the supporters can pay, in exact numbers."""
        counted = self.counted(project_id)
        each = zip(map(self.held, counted.held), counted.points, counted.weights, strict=True)
        behind = sum(held * (weight // points) for held, points, weight in each)
        return behind >= self.problem.costs[project_id] * self.unit

    def share(self, project_id: str) -> tuple[int, int]:
        """What a point pays, in exact units, as a fraction; the supporters can pay."""
        counted, money = self.counted(project_id), self.money
        due = self.problem.costs[project_id] * self.unit
        every = zip(counted.held, counted.weights, strict=True)
        points_left = sum([weight for held, weight in every if money[held]])
        for level, weight in self.poor(counted, self.ceilings[project_id]):
            if due * level.denominator <= level.numerator * points_left:
                break
            due -= int(level * weight)
            points_left -= weight
        return due, points_left or 1

    def poor(self, counted: Counted, ceiling: float) -> list[tuple[int | Fraction, int]]:
        """What those who may have less than the share have for a point, exactly, the least first.

        A voter's points divide what all of them have for a point into whole units.
        """
        money = self.money
        every = zip(counted.held, counted.points, counted.weights, strict=True)
        return sorted(
            (self.held(held) if points == 1 else Fraction(self.held(held), points), weight)
            for held, points, weight in every
            if 0.0 < money[held] <= ceiling * points
        )

    def held(self, bought: int) -> int:
        """What a voter who bought these has, in exact units."""
        if bought in self.exact:
            amount, unit = self.exact[bought]
            if unit == self.unit:
                return amount
            amount *= self.unit // unit
        else:
            before = self.steps[bought]
            winner, points = self.supporters.meaning[bought ^ before]
            share, unit = self.shares[winner]
            amount = max(0, self.held(before) - share * (self.unit // unit) * points)
        self.exact[bought] = (amount, self.unit)
        return amount

    def buy(self, project_id: str) -> None:
        """Take the share from every supporter, or what is left to them."""
        due, points_left = self.share(project_id)
        factor = points_left // gcd(due, points_left)
        share = due * factor // points_left
        self.unit *= factor
        counted = self.counted(project_id)
        self.winners |= self.supporters.mark(project_id)
        self.shares[project_id] = (share, self.unit)
        pays = share / self.unit
        sure = -_ERROR * (len(self.purchases) + 4) * self.endowment
        money, bits = self.money, self.supporters.bits
        marks = [bits[project_id, points] for points in counted.points]
        after = list(map(or_, counted.held, marks))
        had = map(money.__getitem__, counted.held)
        rests = [each - pays * points for each, points in zip(had, counted.points, strict=True)]
        left = [rest if rest > 0.0 else _HARDLY if rest > sure else 0.0 for rest in rests]
        money.update(zip(after, left, strict=True))
        self.steps.update(zip(after, counted.held, strict=True))
        self.waiting = [pair for pair in self.waiting if pair[1] != project_id]
        self.purchases.append(Purchase(project_id, Fraction(share, self.unit)))


def same_between(lower: Trace, higher: Trace) -> bool:
    """Whether every endowment between these two certainly has the same purchases in this order.

    As long as the purchases are the same, nobody has less for having been given more, so every
    price falls, or stays, as the endowment rises. If then a winner's price with the lower
    endowment is below the others' prices with the higher one, it wins with all in between.
    """
    order = [one.project_id for one in higher.purchases]
    if order != [one.project_id for one in lower.purchases]:
        return False
    problem = higher.problem
    for place, winner in enumerate(lower.purchases):
        _, others, close = higher.margins[place]
        if lower.margins[place][0] >= others:
            return False
        price = winner.share / (problem.value(winner.project_id) or 1)
        mine = (price, problem.rank[winner.project_id])
        for project_id, theirs in close.items():
            rival = project_id != winner.project_id
            if rival and (theirs, problem.rank[project_id]) < mine:
                return False
    return True
