"""Two counts with one order of purchases, seen as the ends of straight lines.

If in each round the same supporters pay all they have left with both endowments, everybody's money
and every price paid are straight lines between the two: the straight lines through both ends solve
each round with those payers, and there is one solution only. No group of a project's supporters can
pay less for a point than what is due when those outside the group give all they have, and that is
a straight line too; so a project that such a line keeps behind the winner at both ends is behind
it everywhere between them. Prices may be as near to each other and as parallel as they like.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pb_portal.tally.equal_shares.equals import rely

if TYPE_CHECKING:
    from pb_portal.tally.equal_shares.fast import Trace


class Lines:
    """Both ends; the rounds are looked at when somebody asks about them."""

    def __init__(self, lower: Trace, higher: Trace) -> None:
        self.lower, self.higher = lower, higher
        self.supporters = lower.supporters
        #: what was bought before each round, as a mask
        self.bought = [0]
        self.straight = True

    def stays_behind(self, place: int, rival: str) -> bool:
        """Whether a project certainly does not come before the winner of a round in between."""
        if not self.is_straight(place):
            return False
        if self.too_poor(place, rival):
            return True
        groups = (self.payers(end, place, rival) for end in (self.higher, self.lower))
        return any(group and self.is_dearer(place, rival, group) for group in groups)

    def is_straight(self, place: int) -> bool:
        """Whether the same supporters pay all they have, up to this round and in it."""
        while self.straight and len(self.bought) <= place + 1:
            at = len(self.bought) - 1
            winner = self.lower.order[at]
            self.straight = self.same_payers(at, winner)
            self.bought.append(self.bought[at] | self.supporters.mark(winner))
        return self.straight

    def same_payers(self, place: int, winner: str) -> bool:
        ends = (self.lower, self.higher)
        shares = [end.in_units(winner) for end in ends]
        counted = self.supporters.count(self.bought[place], winner)
        for held, points in zip(counted.held, counted.points, strict=True):
            left, right = (
                end.held(held) - share * points for end, share in zip(ends, shares, strict=True)
            )
            if (left < 0 < right) or (right < 0 < left):
                return False
        return True

    def too_poor(self, place: int, rival: str) -> bool:
        """Whether the supporters cannot pay with the higher endowment, and so with none."""
        counted = self.supporters.count(self.bought[place], rival)
        each = zip(counted.held, counted.points, counted.weights, strict=True)
        behind = sum(self.higher.held(held) * (weight // points) for held, points, weight in each)
        return bool(behind < self.higher.problem.costs[rival] * self.higher.unit)

    def payers(self, end: Trace, place: int, rival: str) -> frozenset[int]:
        """Which supporters have as much as the share or more; any group will do as a bound."""
        counted = self.supporters.count(self.bought[place], rival)
        levels = [
            end.money[held] / points
            for held, points in zip(counted.held, counted.points, strict=True)
        ]
        due, paying = float(end.problem.costs[rival]), float(sum(counted.weights))
        order = sorted(range(len(levels)), key=levels.__getitem__)
        for number, at in enumerate(order):
            if due <= levels[at] * paying:
                return frozenset(order[number:])
            due -= levels[at] * counted.weights[at]
            paying -= counted.weights[at]
        return frozenset()

    def is_dearer(self, place: int, rival: str, payers: frozenset[int]) -> bool:
        """Whether what these payers owe is no less than the winner's price at both ends."""
        winner = self.lower.order[place]
        counted = self.supporters.count(self.bought[place], rival)
        gaps = []
        for end in (self.lower, self.higher):
            due, points_left = end.problem.costs[rival] * end.unit, 0
            for at, held in enumerate(counted.held):
                if at in payers:
                    points_left += counted.weights[at]
                else:
                    due -= end.held(held) * (counted.weights[at] // counted.points[at])
            value = end.problem.value(rival) or 1
            gaps.append(Fraction(due, points_left * end.unit * value) - end.price(winner))
        if min(gaps) < 0:
            return False
        rank = self.lower.problem.rank
        if max(gaps) == 0:
            rely(self.lower, place, rival)
            return rank[winner] < rank[rival]
        return True
