"""Outcomes of the tally as rows: money in the cycle's units, proposals by their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pb_portal.cycles.models import CycleArea
from pb_portal.results.models import AreaResult, ProposalResult
from pb_portal.tally import Election, Outcome, votes_of
from pb_portal.tally.english import MONEY
from pb_portal.tally.outcome import Params

Ids = Mapping[str, tuple[int, int]]
"""Name in the tally → id and number of the proposal."""


def area_row(
    run_id: int, part: CycleArea, election: Election, outcome: Outcome, unit: int
) -> AreaResult:
    """The figures of one area; `unit`: how many of the count's units make one of the cycle's."""
    return AreaResult(
        run_id=run_id,
        area_id=part.area_id,
        budget=part.budget,
        spent=(outcome.total_cost - outcome.outside_cost) // unit,
        outside=outcome.outside_cost // unit,
        ballots=election.voters,
        cut_off=outcome.cut_off.last_winner_score,
        rule=outcome.rule,
        figures=in_units(outcome.figures, unit),
    )


def proposal_rows(
    run_id: int, part: CycleArea, election: Election, outcome: Outcome, ids: Ids, unit: int
) -> Iterator[ProposalResult]:
    """What each proposal of an area got, with its one reason."""
    votes = votes_of(election)
    numbers = {name: number for name, (_, number) in ids.items()}
    for one in outcome.explanations:
        yield ProposalResult(
            run_id=run_id,
            proposal_id=ids[one.project_id][0],
            area_id=part.area_id,
            votes=votes[one.project_id],
            score=one.score,
            rank=one.rank,
            cost=one.cost // unit,
            selected=one.selected,
            reason=one.code,
            params=in_units(numbered(one.params, numbers), unit),
        )


def numbered(params: Params, numbers: Mapping[str, int]) -> dict[str, Any]:
    """The figures of a reason; projects it names, by number."""
    named: dict[str, Any] = dict(params)
    if "by" in named:
        named["by"] = numbers[named["by"]]
    for key in ("against", "spent_on"):
        if key in named:
            named[key] = [numbers[other] for other in named[key]]
    return named


def in_units(figures: Mapping[str, Any], unit: int) -> dict[str, Any]:
    """Figures with their money in the cycle's units: what is there rounded down, what is missing
    rounded up."""
    told = {key: value for key, value in figures.items() if key != "endowment_exact"}
    for key in MONEY & told.keys():
        amount = int(told[key])
        told[key] = -(-amount // unit) if key == "shortfall" else amount // unit
    if "spent" in told:
        told["spent"] = [str(int(one) // unit) for one in told["spent"]]
    return told
