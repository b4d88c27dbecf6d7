"""Supporters counted by what they bought, for every set of winners that comes up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import reduce
from operator import itemgetter, or_
from typing import Final

from pb_portal.tally.equal_shares.problem import Problem

#: Ballots looked up at once; one or none would not come back as a tuple.
_MANY: Final = 2
#: Counts are kept from run to run until they hold more entries than this.
_MOST: Final = 300_000

#: How to look up all ballots that one person each cast, if any; the others as (ballot, points to
#: keep, points in all).
Divided = tuple[Callable[[Sequence[int]], tuple[int, ...]] | None, list[tuple[int, int, int]]]


class Counted:
    """A project's supporters: what they bought (a mask), points for the project, points in all."""

    __slots__ = ("held", "points", "weights")

    def __init__(self, held: list[int], points: list[int], weights: list[int]) -> None:
        self.held, self.points, self.weights = held, points, weights


class Supporters:
    """Who supports what, by masks with a bit for each winner and number of points it got.

    The lowest bits of a mask are left free for the points of the project that is counted for;
    where everybody gives one point there are none.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.low = 0 if problem.uniform else (1 << _most_points(problem).bit_length()) - 1
        self.next_bit = 1 << self.low.bit_length()
        self.bought = [0] * len(problem.groups)
        self.bits: dict[tuple[str, int], int] = {}
        #: a bit's project and points
        self.meaning: dict[int, tuple[str, int]] = {}
        self.mask: dict[str, int] = {}
        self.counts: dict[tuple[int, str], Counted] = {}
        self.kept = 0
        #: all winners known when a project's patterns were made, those in them, and the patterns
        self.patterns: dict[str, tuple[int, int, Counter[int]]] = {}
        self.divided: dict[str, Divided] = {}
        self.points: dict[str, int] = {}

    def forget(self) -> None:
        """Let go of counts when they have become many; called between runs."""
        if self.kept > _MOST:
            self.counts, self.kept = {}, 0

    def count(self, winners: int, project_id: str) -> Counted:
        """The supporters of a project by what they bought of the winners.

        Winners that none of them voted for make no difference.
        """
        known, bought, patterns = self.patterns.get(project_id, (0, 0, None))
        if patterns is None or winners & ~known:
            bought, patterns = self.pattern(project_id)
        winners &= bought
        key = (winners, project_id)
        found = self.counts.get(key)
        if found is None:
            found = self.counts[key] = self.counted(winners | self.low, bought, patterns)
            self.kept += len(found.held)
        return found

    def counted(self, kept: int, bought: int, patterns: Counter[int]) -> Counted:
        """Patterns joined that differ only in what is not kept."""
        sums: dict[int, int] = patterns
        if bought & ~kept:
            sums = defaultdict(int)
            for pattern, weight in patterns.items():
                sums[pattern & kept] += weight
        low = self.low
        points = [pattern & low for pattern in sums] if low else [1] * len(sums)
        held = [pattern & ~low for pattern in sums] if low else list(sums)
        return Counted(held, points, list(sums.values()))

    def pattern(self, project_id: str) -> tuple[int, Counter[int]]:
        """The supporters by which of all winners, of this run or another, they would pay for."""
        marks = self.bought
        alone, others = self.split(project_id)
        sums = Counter(alone(marks)) if alone else Counter()
        for group, points, weight in others:
            mask = marks[group] | points
            sums[mask] = sums.get(mask, 0) + weight
        bought = reduce(or_, sums, 0) & ~self.low
        self.patterns[project_id] = (self.next_bit - 1, bought, sums)
        return bought, sums

    def split(self, project_id: str) -> Divided:
        """The ballots only one person cast, to be counted at once, and the others."""
        if project_id not in self.divided:
            groups, low = self.problem.groups, self.low
            alone: list[int] = []
            others: list[tuple[int, int, int]] = []
            for group, points in self.problem.supporters[project_id]:
                weight = groups[group]
                if low:
                    others.append((group, points, points * weight))
                elif weight == 1:
                    alone.append(group)
                else:
                    others.append((group, 0, weight))
            if len(alone) < _MANY:
                others += [(group, 0, 1) for group in alone]
                alone = []
            self.divided[project_id] = (itemgetter(*alone) if alone else None, others)
            self.points[project_id] = len(alone) + sum(weight for _, _, weight in others)
        return self.divided[project_id]

    def strength(self, project_id: str) -> tuple[int, int]:
        """The points of all supporters together, and how many they are."""
        self.split(project_id)
        points = self.points[project_id]
        if not self.low:
            return points, points
        groups = self.problem.groups
        return points, sum(groups[group] for group, _ in self.problem.supporters[project_id])

    def mark(self, project_id: str) -> int:
        """The bits of a winner, one for each number of points somebody gives it."""
        if project_id not in self.mask:
            self.mask[project_id] = 0
            for group, points in self.problem.supporters[project_id]:
                bit = self.bits.get((project_id, points))
                if bit is None:
                    bit = self.bits[project_id, points] = self.next_bit
                    self.meaning[bit] = (project_id, points)
                    self.mask[project_id] |= bit
                    self.next_bit <<= 1
                self.bought[group] |= bit
        return self.mask[project_id]


def _most_points(problem: Problem) -> int:
    every = problem.supporters.values()
    return max((points for pairs in every for _, points in pairs), default=1)
