"""The ballot as its page shows it: how it is marked, the marks, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pb_portal.cycles.models import Cycle, CycleArea
from pb_portal.domain import ballots
from pb_portal.domain.rule_book import RuleBook
from pb_portal.proposals.models import Proposal
from pb_portal.voting.marks import Typed

UNITS = {
    ballots.APPROVAL: "choices",
    ballots.KNAPSACK: "money",
    ballots.POINTS: "points",
    ballots.RANKING: "places",
}


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

    @property
    def tightest(self) -> list[Pot]:
        """Limits of which something is taken, those with the least left first."""
        taken = [pot for pot in self.pots if pot.used]
        return sorted(taken, key=lambda pot: pot.limit - pot.used)


def sheet_of(
    cycle: Cycle, rules: RuleBook, areas: Sequence[CycleArea], papers: Sequence[Proposal],
    typed: Typed,
) -> Sheet:  # fmt: skip
    """The sheet of a ballot on which these proposals of these areas stand, as it is marked."""
    marks = dict(typed)
    weights = _weights(rules, papers, marks)
    return Sheet(
        kind=rules.ballot_type,
        unit=UNITS[rules.ballot_type],
        marks=marks,
        pots=_pots(rules, areas, papers, weights),
        most_choices=0 if rules.ballot_type == ballots.KNAPSACK else rules.max_choices,
        least_points=rules.least_points,
        most_points=rules.most_points,
        currency=cycle.currency,
        minor_units=cycle.minor_units,
    )


def _weights(
    rules: RuleBook, papers: Sequence[Proposal], marks: Mapping[int, str]
) -> dict[int, int]:
    marked = [paper for paper in papers if paper.id in marks]
    if rules.ballot_type == ballots.KNAPSACK:
        return {paper.id: paper.price for paper in marked}
    if rules.ballot_type != ballots.POINTS:
        return {paper.id: 1 for paper in marked}
    texts = {paper.id: marks[paper.id] for paper in marked}
    return {one: int(text) for one, text in texts.items() if text.isascii() and text.isdigit()}


def _pots(
    rules: RuleBook,
    areas: Sequence[CycleArea],
    papers: Sequence[Proposal],
    weights: Mapping[int, int],
) -> list[Pot]:
    if not ballots.by_area(rules):
        return [Pot(sum(weights.values()), ballots.limit_of(rules, 0))]
    return [
        Pot(
            sum(weights.get(paper.id, 0) for paper in papers if paper.area_id == part.area_id),
            ballots.limit_of(rules, part.budget),
            part.area_id,
            part.area.names if len(areas) > 1 else None,
        )
        for part in areas
    ]
