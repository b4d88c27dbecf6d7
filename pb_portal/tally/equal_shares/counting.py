"""Supporters counted by what they bought, for every set of winners that comes up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

from pb_portal.tally.equal_shares.problem import Problem

#: Ballots looked up at once; one or none would not come back as a tuple.
_MANY: Final = 2

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
        most = max(
            (points for pairs in problem.supporters.values() for _, points in pairs), default=1
        )
        self.low = 0 if problem.uniform else (1 << most.bit_length()) - 1
        self.next_bit = 1 << self.low.bit_length()
        self.bought = [0] * len(problem.groups)
        self.bits: dict[tuple[str, int], int] = {}
        #: a bit's project and points
        self.meaning: dict[int, tuple[str, int]] = {}
        self.mask: dict[str, int] = {}
        self.counts: dict[tuple[int, str], Counted] = {}
        self.earlier: dict[tuple[int, str], Counted] = {}
        self.patterns: dict[str, tuple[int, Counter[int]]] = {}
        self.divided: dict[str, Divided] = {}

    def forget(self) -> None:
        """Keep what the last run asked for, and nothing older."""
        self.earlier, self.counts = self.counts, {}

    def count(self, winners: int, project_id: str) -> Counted:
        """The supporters of a project by what they bought of the winners."""
        key = (winners, project_id)
        found = self.counts.get(key) or self.earlier.get(key)
        if found is None:
            sums: dict[int, int] = defaultdict(int)
            kept = winners | self.low
            for pattern, weight in self.pattern(winners, project_id).items():
                sums[pattern & kept] += weight
            low = self.low
            points = [pattern & low for pattern in sums] if low else [1] * len(sums)
            held = [pattern & ~low for pattern in sums] if low else list(sums)
            found = Counted(held, points, list(sums.values()))
        self.counts[key] = found
        return found

    def pattern(self, winners: int, project_id: str) -> Counter[int]:
        """The supporters by which of all winners, of this run or another, they would pay for."""
        known, sums = self.patterns.get(project_id, (0, None))
        if sums is None or winners & ~known:
            bought = self.bought
            alone, others = self.split(project_id)
            sums = Counter(alone(bought)) if alone else Counter()
            for group, points, weight in others:
                sums[bought[group] | points] += weight
            self.patterns[project_id] = (self.next_bit - 1, sums)
        return sums

    def split(self, project_id: str) -> Divided:
        """The ballots only one person cast, to be counted at once, and the others."""
        if project_id not in self.divided:
            groups, low = self.problem.groups, self.low
            pairs = self.problem.supporters[project_id]
            alone = [group for group, _ in pairs if not low and groups[group] == 1]
            if len(alone) < _MANY:
                alone = []
            once = set(alone)
            others = [
                (group, points if low else 0, points * groups[group])
                for group, points in pairs
                if group not in once
            ]
            self.divided[project_id] = (itemgetter(*alone) if alone else None, others)
        return self.divided[project_id]

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
