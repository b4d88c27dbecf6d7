"""What a count is made from: projects, ballots, money and limits, all exact.

Money is an integer in the election's minor unit: ``10 ** scale`` of them make one unit of the
currency. Files are read with a scale of 2 or more; a portal passes its own unit as it stores it.
Points are integers in units of ``10 ** -points_scale``, which is almost always one.

Ballot kinds carry Pabulib's names. A portal's *knapsack* ballot is ``approval`` (its budget is
``Limits.max_sum_cost``), *points* is ``cumulative`` and *ranking* is ``ordinal``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
VOTE_TYPES: Final = ("approval", "choose-1", "cumulative", "scoring", "ordinal")
#: Pabulib writes this cost where a project left the vote after the ballots were printed.
WITHDRAWN_COST: Final = 999_999_999


def _nothing() -> Mapping[str, str]:
    return NOTHING


class ElectionError(ValueError):
    """The election cannot be counted as it stands; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Project:
    """Something that can be voted for. ``official`` is the published result, where known.

    ``official``: 0 not selected, 1 selected, 2 and 3 selected and paid from other money.
    """

    id: str
    cost: int
    name: str = ""
    category: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    district: str = ""
    latitude: str = ""
    longitude: str = ""
    official: int | None = None
    withdrawn: bool = False
    extra: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Ballot:
    """One ballot, or ``weight`` equal ones. ``choices`` of a ranking run from best to worst."""

    choices: tuple[str, ...]
    points: tuple[int, ...] = ()
    voter_id: str = ""
    extra: Mapping[str, str] = field(default_factory=_nothing)
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a ballot had to keep to, and ``min_score``, the score below which nothing wins."""

    min_length: int | None = None
    max_length: int | None = None
    min_sum_cost: int | None = None
    max_sum_cost: int | None = None
    min_points: int | None = None
    max_points: int | None = None
    min_sum_points: int | None = None
    max_sum_points: int | None = None
    min_score: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Projects of which at most one can be built.

    ``kept`` is the one a decision outside the ballots retained; without it the first to win
    excludes the others.
    """

    projects: tuple[str, ...]
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Election:
    """One area's vote, complete: nothing outside it but the order of ties decides the result.

    ``awards`` is the number of further projects that money from outside the budget pays for
    (Poznań's reserve, Gdynia's "Projekt +1"); ``meta`` keeps what the count does not need.
    """

    projects: tuple[Project, ...]
    ballots: tuple[Ballot, ...]
    budget: int
    vote_type: str = "approval"
    rule: str = "greedy"
    limits: Limits = Limits()
    currency: str = ""
    scale: int = 2
    points_scale: int = 0
    conflicts: tuple[Conflict, ...] = ()
    awards: int = 0
    meta: Mapping[str, str] = field(default_factory=_nothing)

    @property
    def voters(self) -> int:
        """How many ballots were cast, blank ones included."""
        return sum(ballot.weight for ballot in self.ballots)

    def money(self, amount: int) -> Decimal:
        """An amount in minor units as a decimal number of the currency, without rounding."""
        return Decimal(amount).scaleb(-self.scale)


def check(election: Election) -> None:
    """Refuse an election that contradicts itself; say in one sentence where."""
    if election.vote_type not in VOTE_TYPES:
        raise ElectionError(f"Ballots of the kind “{election.vote_type}” are not known.")
    if election.budget < 0:
        raise ElectionError("The budget is below zero.")
    known: set[str] = set()
    for project in election.projects:
        if project.id in known:
            raise ElectionError(f"Project {project.id} is listed twice.")
        if project.cost < 0:
            raise ElectionError(f"Project {project.id} costs less than nothing.")
        known.add(project.id)
    with_points = election.vote_type in ("cumulative", "scoring")
    if not with_points and _sound(election.ballots, known):
        return
    for ballot in election.ballots:
        _check_ballot(ballot, known, with_points)


def _sound(ballots: tuple[Ballot, ...], known: set[str]) -> bool:
    """Whether nothing can be wrong with any of these, found out at once and not one by one."""
    choices = [ballot.choices for ballot in ballots]
    return (
        all(map(known.issuperset, choices))
        and sum(map(len, map(set, choices))) == sum(map(len, choices))
        and min((ballot.weight for ballot in ballots), default=1) >= 1
    )


def _check_ballot(ballot: Ballot, known: set[str], with_points: bool) -> None:
    choices = ballot.choices
    if not known.issuperset(choices):
        stranger = next(choice for choice in choices if choice not in known)
        raise ElectionError(f"Ballot {ballot.voter_id} names an unknown project, {stranger}.")
    if len(set(choices)) != len(choices):
        raise ElectionError(f"Ballot {ballot.voter_id} names a project twice.")
    if with_points and len(ballot.points) != len(choices):
        raise ElectionError(f"Ballot {ballot.voter_id} needs points for each of its projects.")
    if ballot.weight < 1:
        raise ElectionError(f"Ballot {ballot.voter_id} weighs less than one.")


def compress(ballots: Iterable[Ballot]) -> tuple[Ballot, ...]:
    """The same ballots without names, equal ones joined into one with their weight."""
    weights: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
    for ballot in ballots:
        key = (ballot.choices, ballot.points)
        weights[key] = weights.get(key, 0) + ballot.weight
    return tuple(
        Ballot(choices, points, weight=weight) for (choices, points), weight in weights.items()
    )


def anonymous(election: Election) -> Election:
    """The election with compressed ballots: everything a rule needs, nothing about a person."""
    return replace(election, ballots=compress(election.ballots))
