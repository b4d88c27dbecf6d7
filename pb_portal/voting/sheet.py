"""The ballot as its page shows it: how it is marked, the marks, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pb_portal.cycles.models import Cycle
from pb_portal.domain.rule_book import RuleBook


@dataclass(frozen=True)
class Pot:
    """One limit of a ballot and how much of it is taken; of one area, or of the whole ballot."""

    used: int
    limit: int
    area_id: int | None = None
    names: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Sheet:
    """What the controls and the bar of a ballot need."""

    kind: str
    unit: str
    """What is left is told in: choices, places, points or money."""
    marks: Mapping[int, str]
    """Proposal → what stands in its control: points, a place, or anything for a mark."""
    pots: Sequence[Pot]
    most_choices: int
    least_points: int = 1
    most_points: int = 0
    currency: str = "KZT"
    minor_units: int = 0


def sheet_of(cycle: Cycle, rules: RuleBook, chosen: Sequence[int]) -> Sheet:
    """The sheet of an approval ballot."""
    return Sheet(
        kind=rules.ballot_type,
        unit="choices",
        marks=dict.fromkeys(chosen, "1"),
        pots=[Pot(len(chosen), rules.max_choices)],
        most_choices=rules.max_choices,
        currency=cycle.currency,
        minor_units=cycle.minor_units,
    )
