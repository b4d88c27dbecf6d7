"""What equal shares are computed from: costs, and who gives how many points to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pb_portal.tally.model import Election, compress

UTILITIES: Final = ("cost", "cardinality")


@dataclass(frozen=True, slots=True)
class Problem:
    """An election as the engines want it.

    ``groups`` holds the number of voters of each distinct ballot, and ``supporters`` for each
    project the ballots that give it points, as pairs (group, points). ``rank`` is the order in
    which equals are taken. ``by_cost`` says that a voter's utility of a project grows with its
    cost (a dearer project is a greater good); otherwise all projects are worth the same.
    """

    costs: Mapping[str, int]
    groups: tuple[int, ...]
    supporters: Mapping[str, tuple[tuple[int, int], ...]]
    rank: Mapping[str, int]
    by_cost: bool

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


def build(election: Election, rank: Mapping[str, int], standing: set[str], utility: str) -> Problem:
    """The problem of an election; blank ballots are no voters and share no money."""
    costs = {one.id: one.cost for one in election.projects if one.id in standing}
    found: dict[str, list[tuple[int, int]]] = {one: [] for one in costs}
    groups: list[int] = []
    for ballot in compress(election.ballots):
        if not ballot.choices:
            continue
        points = _points(election, ballot.choices, ballot.points)
        for choice, point in zip(ballot.choices, points, strict=True):
            if choice in found and point > 0:
                found[choice].append((len(groups), point))
        groups.append(ballot.weight)
    supporters = {one: tuple(pairs) for one, pairs in found.items() if pairs}
    return Problem(costs, tuple(groups), supporters, rank, utility == "cost")


def _points(
    election: Election, choices: tuple[str, ...], points: tuple[int, ...]
) -> tuple[int, ...] | range:
    if election.vote_type in ("cumulative", "scoring"):
        return points
    if election.vote_type == "ordinal":
        return range(len(choices), 0, -1)
    return (1,) * len(choices)
