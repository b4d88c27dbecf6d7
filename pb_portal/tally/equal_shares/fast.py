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

from pb_portal.tally.draws import Pair
from pb_portal.tally.equal_shares import equals
from pb_portal.tally.equal_shares.between import same_rounds
from pb_portal.tally.equal_shares.counting import Counted, Supporters
from pb_portal.tally.equal_shares.problem import Problem, Purchase

#: Twice the relative error of one operation in floating point.
_ERROR: Final = 2.0**-52
#: Stands for what may be nothing or very little; 0.0 is certainly nothing.
_HARDLY: Final = 1e-300


#: Voters alike: what they have for a point, their points in all, what they bought, points of each.
Payer = tuple[float, int, int, int]


class Engine:
    """One problem, run for one endowment after another."""

    def __init__(self, problem: Problem, supporters: Supporters | None = None) -> None:
        """``supporters``: those of the same problem with another rank, counted before."""
        self.problem, self.supporters = problem, supporters or Supporters(problem)
        self.first = _first_offers(problem, self.supporters)
        #: pairs of equals whose rank decided something in one of the runs
        self.relied: dict[Pair, None] = {}

    def run(self, endowment: Fraction) -> list[Purchase]:
        """The purchases, in order, when every voter starts with this endowment."""
        return self.trace(endowment).purchases

    def expect(self, budget: int) -> None:
        """Tell which projects may win with this budget, so that they are counted for at once."""
        for _, project_id, _ in self.first:
            budget -= self.problem.costs[project_id]
            if budget >= 0:
                self.supporters.mark(project_id)

    def trace(
        self, endowment: Fraction, above: Trace | None = None, below: Trace | None = None
    ) -> Trace:
        """The same with all that is needed to explain it.

        ``above`` had a higher endowment, and ``below`` a lower one.
        """
        self.supporters.forget()
        sure = same_rounds(below, above) if above and below else 0
        return Trace(self, endowment, above, sure)


class Trace:
    """What happened with one endowment.

    ``steps`` leads from what a voter bought to what the voter had bought before the last of it;
    ``turns`` says when a project
    had its turn: how many purchases were made, and which, when it was bought, or would have been
    next by what it last cost its supporters, and they no longer had the money; for losers it is
    complete only where no trace ``above`` was given.
    ``equals`` has for a round all that cost the same as its winner, ``harmless`` those of them
    whose order makes no difference.

    As long as the purchases are those of a trace ``above``, with a higher endowment, the bounds it
    found round by round (``offers``) hold here too, since prices only fall as endowments rise. Its
    first rounds that are ``sure`` to be the same need no other offers than those of the winners.
    """

    def __init__(
        self, engine: Engine, endowment: Fraction, above: Trace | None = None, sure: int = 0
    ) -> None:
        self.problem, self.supporters = engine.problem, engine.supporters
        self.endowment = float(endowment)
        self.money: dict[int, float] = {0: self.endowment}
        self.unit = endowment.denominator
        self.exact: dict[int, tuple[int, int]] = {0: (endowment.numerator, self.unit)}
        self.shares: dict[str, tuple[int, int]] = {}
        #: what was found when a project was last looked at: its supporters, what they had, who of
        #: them can pay (the poorest first) with how many points, and bounds of the share
        self.seen: dict[str, tuple[Counted, list[float], list[Payer], int, float, float]] = {}
        self.steps: dict[int, int] = {}
        self.relied = engine.relied
        self.equals: dict[int, tuple[Fraction, frozenset[str]]] = {}
        self.harmless: dict[int, frozenset[str]] = {}
        self.turns: dict[str, tuple[int, int]] = {}
        #: for each round the winner's price at most, the others' at least, and exact close ones
        self.margins: list[tuple[float, float, dict[str, Fraction]]] = []
        self.winners = 0
        self.order: list[str] = []
        self.waiting: list[tuple[float, str]] = []
        for bound, project_id, needed in engine.first:
            if endowment >= needed:
                self.waiting.append((bound, project_id))
            else:
                self.turns[project_id] = (0, 0)
        self.offers: list[list[tuple[float, str]]] = []
        if above is not None:
            self.follow(above, sure)
        while (winner := self.best(above)) is not None:
            self.buy(winner)
            if above is not None and above.bought(len(self.order)) != winner:
                above = None
        equals.weigh(self)

    @property
    def purchases(self) -> list[Purchase]:
        """The rounds, with what was paid."""
        return [Purchase(one, Fraction(*self.shares[one])) for one in self.order]

    def follow(self, above: Trace, sure: int) -> None:
        """Buy what is certain to be bought first."""
        for place, winner in enumerate(above.order[:sure]):
            bounds = self.look(winner)
            if bounds is None:  # pragma: no cover
                raise AssertionError("What two endowments buy, one between them buys as well.")
            self.waiting = above.offers[place]
            self.offers.append(self.waiting)
            _, others, close = above.margins[place]
            self.margins.append((bounds[1], others, close))
            self.buy(winner)

    def bought(self, number: int) -> str | None:
        """The winner of a round, counted from one."""
        return self.order[number - 1] if number <= len(self.order) else None

    def best(self, above: Trace | None) -> str | None:
        """The best offer; drops the projects nobody can pay for any more."""
        if above is not None:
            self.waiting = above.offers[len(self.order)][:]
        ceiling = float("inf")
        looked: list[tuple[float, str]] = []
        rest: list[tuple[float, str]] = []
        self.waiting.sort()
        for place, (bound, project_id) in enumerate(self.waiting):
            if bound > ceiling:
                rest = self.waiting[place:]
                break
            bounds = self.look(project_id)
            if bounds is None:
                self.turns[project_id] = (len(self.order), self.winners)
            else:
                looked.append((bounds[0], project_id))
                ceiling = min(ceiling, bounds[1])
        close = [project_id for bound, project_id in looked if bound <= ceiling]
        others = min(
            (bound for bound, _ in [*looked, *rest[:1]] if bound > ceiling), default=float("inf")
        )
        self.waiting = looked + rest
        self.offers.append(self.waiting)
        self.margins.append((ceiling, others, {}))
        return self.closest(close) if len(close) > 1 else close[0] if close else None

    def counted(self, project_id: str) -> Counted:
        return self.supporters.count(self.winners, project_id)

    def look(self, project_id: str) -> tuple[float, float] | None:
        """Bounds of the price of a point of utility; None if the supporters cannot pay."""
        counted = self.counted(project_id)
        weights = counted.weights
        had = levels = list(map(self.money.__getitem__, counted.held))
        if not self.problem.uniform:
            levels = list(map(truediv, levels, counted.points))
        points_left = sum(compress(weights, levels))
        cost = self.problem.costs[project_id]
        error = _ERROR * (len(levels) + len(self.order) + 8)
        error *= self.endowment * points_left + cost
        behind = sum(map(mul, levels, weights))
        if behind < cost + error and (behind < cost - error or not self.affordable(project_id)):
            return None
        every = zip(levels, weights, counted.held, counted.points, strict=True)
        payers = sorted(compress(every, levels))
        due, share, paying = float(cost), 0.0, points_left
        for level, weight, _, _ in payers:
            share = level
            if due <= level * paying:
                share = due / paying
                break
            due -= level * weight
            paying -= weight
        bounds = (share - 2 * error, share + 2 * error)
        self.seen[project_id] = (counted, had, payers, points_left, *bounds)
        value = self.problem.value(project_id) or 1
        return (share - error) / value, (share + error) / value

    def closest(self, close: list[str]) -> str:
        """The best of some by exact comparison, equals by their rank."""
        rank = self.problem.rank
        prices = {
            project_id: Fraction(*self.share(project_id))
            / ((self.problem.value(project_id) or 1) * self.unit)
            for project_id in close
        }
        best = min(close, key=lambda one: (prices[one], rank[one]))
        self.margins[-1][2].update(prices)
        alike = frozenset(one for one in close if prices[one] == prices[best])
        if len(alike) > 1:
            self.equals[len(self.order)] = prices[best], alike
        return best

    def price(self, project_id: str) -> Fraction:
        """What a winner cost for a point of utility."""
        return Fraction(*self.shares[project_id]) / (self.problem.value(project_id) or 1)

    def in_units(self, project_id: str) -> int:
        """What a point paid for a winner, in exact units."""
        share, unit = self.shares[project_id]
        return share * (self.unit // unit)

    def affordable(self, project_id: str) -> bool:
        """Whether the supporters can pay, in exact numbers."""
        counted = self.counted(project_id)
        each = zip(map(self.held, counted.held), counted.points, counted.weights, strict=True)
        behind = sum(held * (weight // points) for held, points, weight in each)
        return behind >= self.problem.costs[project_id] * self.unit

    def share(self, project_id: str) -> tuple[int, int]:
        """What a point pays, in exact units, as a fraction; the supporters can pay."""
        _, _, payers, points_left, floor, ceiling = self.seen[project_id]
        exact = self.exact
        paid: dict[int, int] = {}
        close: list[tuple[int | Fraction, int]] = []
        for level, weight, bought, points in payers:
            if level < floor:  # certainly less than the share
                amount, unit = exact.get(bought) or self.worked_out(bought)
                paid[unit] = paid.get(unit, 0) + amount * (weight // points)
                points_left -= weight
            elif level <= ceiling:
                # a voter's points divide what all of them have for a point into whole units
                held = self.held(bought)
                close.append((held if points == 1 else Fraction(held, points), weight))
            else:
                break
        due = self.problem.costs[project_id] * self.unit
        for unit, amount in paid.items():
            due -= amount * (self.unit // unit)
        for least, weight in sorted(close):
            if due * least.denominator <= least.numerator * points_left:
                break
            due -= int(least * weight)
            points_left -= weight
        return due, points_left or 1

    def held(self, bought: int) -> int:
        """What a voter who bought these has, in exact units."""
        amount, unit = self.exact.get(bought) or self.worked_out(bought)
        return amount * (self.unit // unit)

    def worked_out(self, bought: int) -> tuple[int, int]:
        """The same in the units there were after the last of these was bought, and these units."""
        before = self.steps[bought]
        amount, unit = self.exact.get(before) or self.worked_out(before)
        winner, points = self.supporters.meaning[bought ^ before]
        share, units = self.shares[winner]
        found = max(0, amount * (units // unit) - share * points), units
        self.exact[bought] = found
        return found

    def buy(self, project_id: str) -> None:
        """Take the share from every supporter, or what is left to them."""
        due, points_left = self.share(project_id)
        factor = points_left // gcd(due, points_left)
        share = due * factor // points_left
        self.unit *= factor
        counted, had, _, _, _, _ = self.seen[project_id]
        self.turns[project_id] = len(self.order), self.winners
        self.winners |= self.supporters.mark(project_id)
        self.shares[project_id] = (share, self.unit)
        pays = share / self.unit
        sure = -_ERROR * (len(self.order) + 4) * self.endowment
        money, bits = self.money, self.supporters.bits
        if self.problem.uniform:
            mark = bits[project_id, 1]
            after = [held | mark for held in counted.held]
            left = [
                rest if (rest := each - pays) > 0.0 else _HARDLY if rest > sure else 0.0
                for each in had
            ]
        else:
            marks = [bits[project_id, points] for points in counted.points]
            after = list(map(or_, counted.held, marks))
            rests = [each - pays * points for each, points in zip(had, counted.points, strict=True)]
            left = [rest if rest > 0.0 else _HARDLY if rest > sure else 0.0 for rest in rests]
        money.update(zip(after, left, strict=True))
        self.steps.update(zip(after, counted.held, strict=True))
        self.waiting = [pair for pair in self.waiting if pair[1] != project_id]
        self.order.append(project_id)


def _first_offers(problem: Problem, supporters: Supporters) -> list[tuple[float, str, Fraction]]:
    """All projects with what a point costs at least, and the endowment they need; the best first.

    Nobody pays less than if all supporters could pay alike.
    """
    offers: list[tuple[float, str, Fraction]] = []
    for project_id in problem.supporters:
        cost, value = problem.costs[project_id], problem.value(project_id) or 1
        points, voters = supporters.strength(project_id)
        bound = cost / (points * value) * (1 - 4 * _ERROR)
        offers.append((bound, project_id, Fraction(cost, voters)))
    offers.sort()
    return offers
