"""What of a certified count is not published, by the rule of small numbers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.domain.small_numbers import Counted, Withheld, withheld
from pb_portal.results.models import CountRun, ProposalResult


def smallest_group(session: Session, run: CountRun) -> int:
    """Of fewer people the result of this count tells no figures."""
    return cycles.rules_of(cycles.get_cycle_by_id(session, run.cycle_id)).smallest_group


def withheld_of(session: Session, run: CountRun) -> Withheld:
    """What is withheld of a count; nothing of a published election, whose ballots are known."""
    if run.imported:
        return Withheld()
    cycle = cycles.get_cycle_by_id(session, run.cycle_id)
    codes = {part.area_id: part.area.code for part in cycle.areas}
    votes: dict[int, list[int]] = {}
    for area_id, number in session.execute(
        select(ProposalResult.area_id, ProposalResult.votes).where(ProposalResult.run_id == run.id)
    ):
        votes.setdefault(area_id, []).append(number)
    areas = {
        one.area_id: Counted(codes[one.area_id], one.ballots, votes.get(one.area_id, []))
        for one in run.areas
    }
    return withheld(areas, cycles.rules_of(cycle))
