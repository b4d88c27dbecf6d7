"""What equal shares are computed from: costs, and who gives how many points to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import Final

from pb_portal.tally.model import Election
from pb_portal.tally.scores import ranks, scoring_of

UTILITIES: Final = ("cost", "cardinality")


@dataclass(frozen=True, slots=True)
class Problem:
    """An election as the engines want it.

    ``groups`` holds the number of voters of each distinct ballot, and ``supporters`` for each
    project the ballots that give it points, as pairs (group, points). ``rank`` is the order in
    which equals are taken. ``by_cost`` says that a voter's utility of a project grows with its
    cost (a dearer project is a greater good); otherwise all projects are worth the same.
    ``uniform`` says that nobody gives a project more than one point.
    """

    costs: Mapping[str, int]
    groups: tuple[int, ...]
    supporters: Mapping[str, tuple[tuple[int, int], ...]]
    rank: Mapping[str, int]
    by_cost: bool
    uniform: bool

    @property
    def voters(self) -> int:
        return sum(self.groups)

    def value(self, project_id: str) -> int:
        """The utility of one point for a project."""
        return self.costs[project_id] if self.by_cost else 1


@dataclass(frozen=True, slots=True)
class Purchase:
    """One round: a project is bought and no supporter pays more than ``share`` for a point."""

    project_id: str
    share: Fraction


def build(
    election: Election,
    rank: Mapping[str, int],
    standing: set[str],
    utility: str,
    scoring: str = "",
) -> Problem:
    """The problem of an election; blank ballots are no voters and share no money."""
    scoring = scoring_of(election, scoring)
    costs = {one.id: one.cost for one in election.projects if one.id in standing}
    weights: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
    for ballot in election.ballots:
        if ballot.choices:
            key = (ballot.choices, ballot.points)
            weights[key] = weights.get(key, 0) + ballot.weight
    uniform = scoring == "votes"
    found = _alike(weights) if uniform else _graded(election, weights, scoring)
    supporters = {one: tuple(found[one]) for one in costs if one in found}
    return Problem(costs, tuple(weights.values()), supporters, rank, utility == "cost", uniform)


Contents = Iterable[tuple[tuple[str, ...], tuple[int, ...]]]


def _alike(contents: Contents) -> dict[str, list[tuple[int, int]]]:
    """Who names a project, each with one point."""
    found: dict[str, list[int]] = defaultdict(list)
    for group, (choices, _) in enumerate(contents):
        for choice in choices:
            found[choice].append(group)
    return {one: list(zip(groups, repeat(1), strict=False)) for one, groups in found.items()}


def _graded(
    election: Election, contents: Contents, scoring: str
) -> dict[str, list[tuple[int, int]]]:
    """Who gives a project how many points, where that is more than none."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for group, (choices, given) in enumerate(contents):
        points = given if scoring == "points" else ranks(election, scoring, choices)
        for choice, point in zip(choices, points, strict=True):
            if point > 0:
                found[choice].append((group, point))
    return found
