"""The Method of Equal Shares at speed, exact all the same.

Three things make it fast, and none of them rounds anything:

- voters who bought the same projects have the same money, so a project's supporters are counted
  by what they bought so far (a bit mask) and not one by one; these counts do not depend on money,
  and are kept from one endowment to the next;
- a project only ever gets dearer for its supporters, so one that was dearer than the best offer
  the last time it was looked at need not be looked at again. Floating point sorts who is looked
  at first, with a margin far above its error; the comparison that decides is between integers;
- money is an integer over one denominator common to all, which grows when a share needs it.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Final

from pb_portal.tally.equal_shares.problem import Problem, Purchase

_BELOW: Final = 1 - 1e-12

#: (what the payer bought so far, points for the project, voters)
Counted = list[tuple[int, int, int]]


class Engine:
    """One problem, run for one endowment after another."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.uniform = all(
            points == 1 for pairs in problem.supporters.values() for _, points in pairs
        )
        self.bought = [0] * len(problem.groups)
        self.bits: dict[tuple[str, int], int] = {}
        self.mask: dict[str, int] = {}
        self.counts: dict[tuple[int, str], Counted] = {}
        self.earlier: dict[tuple[int, str], Counted] = {}

    def run(self, endowment: Fraction) -> list[Purchase]:
        """The purchases, in order, when every voter starts with this endowment."""
        return self.trace(endowment).purchases

    def trace(self, endowment: Fraction) -> Trace:
        """The same with all that is needed to explain it."""
        self.earlier, self.counts = self.counts, {}
        return Trace(self, endowment)

    def count(self, winners: int, project_id: str) -> Counted:
        """The supporters of a project by what they bought of the winners."""
        key = (winners, project_id)
        found = self.counts.get(key) or self.earlier.get(key)
        if found is None:
            voters, bought = self.problem.groups, self.bought
            sums: dict[tuple[int, int], int] = {}
            if self.uniform:
                plain: dict[int, int] = {}
                for group, _ in self.problem.supporters[project_id]:
                    held = bought[group] & winners
                    plain[held] = plain.get(held, 0) + voters[group]
                found = [(held, 1, number) for held, number in plain.items()]
            else:
                for group, points in self.problem.supporters[project_id]:
                    pair = (bought[group] & winners, points)
                    sums[pair] = sums.get(pair, 0) + voters[group]
                found = [(held, points, number) for (held, points), number in sums.items()]
        self.counts[key] = found
        return found

    def mark(self, project_id: str) -> int:
        """The bits of a winner, one for each number of points somebody gives it."""
        if project_id not in self.mask:
            self.mask[project_id] = 0
            for group, points in self.problem.supporters[project_id]:
                bit = self.bits.setdefault((project_id, points), 1 << len(self.bits))
                self.bought[group] |= bit
                self.mask[project_id] |= bit
        return self.mask[project_id]


class Trace:
    """What happened with one endowment.

    ``money`` tells what a voter has left by what the voter bought, in units of ``1 / unit``;
    ``steps`` leads from there to what was held before the last purchase; ``tied`` names for
    a project the one that was drawn before it. ``dropped`` says when a project had its turn: how
    many purchases were made, and which, when it would have been next by what it last cost its
    supporters, and they no longer had the money.
    """

    def __init__(self, engine: Engine, endowment: Fraction) -> None:
        self.engine, self.problem = engine, engine.problem
        self.unit = endowment.denominator
        self.money: dict[int, int] = {0: endowment.numerator}
        self.steps: dict[int, tuple[int, str]] = {}
        self.tied: dict[str, str] = {}
        self.dropped: dict[str, tuple[int, int]] = {}
        self.winners = 0
        self.purchases: list[Purchase] = []
        self.waiting = [(0.0, project_id) for project_id in self.problem.supporters]
        while (offer := self.best()) is not None:
            self.buy(*offer)

    def best(self) -> tuple[str, int, int] | None:
        """The best offer, as (project, share's numerator, denominator); drops the unaffordable."""
        best: tuple[str, int, int] | None = None
        limit = float("inf")
        looked: list[tuple[float, str]] = []
        self.waiting.sort()
        for place, (bound, project_id) in enumerate(self.waiting):
            if bound * _BELOW > limit:
                looked += self.waiting[place:]
                break
            share = self.share(project_id)
            if share is None:
                self.dropped[project_id] = (len(self.purchases), self.winners)
                continue
            offer = (project_id, *share)
            price = share[0] / (share[1] * self.unit * (self.problem.value(project_id) or 1))
            looked.append((price * _BELOW, project_id))
            if best is None or self.better(offer, best):
                best, limit = offer, min(price, limit)
        self.waiting = looked
        return best

    def better(self, one: tuple[str, int, int], two: tuple[str, int, int]) -> bool:
        """Whether the first costs less for a point of utility; equals go by their rank."""
        left = one[1] * two[2] * (self.problem.value(two[0]) or 1)
        right = two[1] * one[2] * (self.problem.value(one[0]) or 1)
        if left == right:
            first = self.problem.rank[one[0]] < self.problem.rank[two[0]]
            winner, loser = (one, two) if first else (two, one)
            self.tied[loser[0]] = winner[0]
            return first
        return left < right

    def share(self, project_id: str) -> tuple[int, int] | None:
        """The share as a fraction of units, or None if the supporters cannot pay."""
        money = self.money
        counted = self.engine.count(self.winners, project_id)
        due = self.problem.costs[project_id] * self.unit
        if self.engine.uniform:
            payers = [(money[held], number) for held, _, number in counted]
            if sum([held * number for held, number in payers]) < due:
                return None
            payers.sort()
            points_left = sum([number for _, number in payers])
            for held, number in payers:
                if due <= held * points_left:
                    return due, points_left
                due -= held * number
                points_left -= number
            return payers[-1][0], 1
        return self.share_of_points(counted, due)

    def share_of_points(self, counted: Counted, due: int) -> tuple[int, int] | None:
        money = self.money
        if sum([money[held] * number for held, _, number in counted]) < due:
            return None
        payers = sorted(
            (Fraction(money[held], points), points, number) for held, points, number in counted
        )
        points_left = sum([points * number for _, points, number in payers])
        for each, points, number in payers:
            if due * each.denominator <= each.numerator * points_left:
                return due, points_left
            due -= each.numerator * points // each.denominator * number
            points_left -= points * number
        return payers[-1][0].numerator, payers[-1][0].denominator

    def buy(self, project_id: str, numerator: int, denominator: int) -> None:
        """Take the share from every supporter, or what is left to them."""
        counted = self.engine.count(self.winners, project_id)
        winner_bits = self.engine.mark(project_id)
        share = self.refine(numerator, denominator)
        money, bits = self.money, self.engine.bits
        for held, points, _ in counted:
            after = held | bits[project_id, points]
            money[after] = max(0, money[held] - share * points)
            self.steps[after] = (held, project_id)
        self.winners |= winner_bits
        self.waiting = [pair for pair in self.waiting if pair[1] != project_id]
        self.purchases.append(Purchase(project_id, Fraction(share, self.unit)))

    def refine(self, numerator: int, denominator: int) -> int:
        """Make the common unit fine enough for a share and return the share in it."""
        factor = denominator // gcd(numerator, denominator)
        if factor > 1:
            self.unit *= factor
            self.money = {held: left * factor for held, left in self.money.items()}
        return numerator * factor // denominator
