"""Districts whose residents have no ballot to fill: nothing, or too little, stands in the vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import CycleArea
from pb_portal.domain.ballots import Paper, areas_without_ballot
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.domain.rule_book import RuleBook
from pb_portal.proposals.models import Proposal


def find_areas_without_ballot(
    session: Session, cycle_id: int, rules: RuleBook, areas: Sequence[CycleArea]
) -> frozenset[int]:
    """Ids of areas for whose residents no valid ballot exists under these rules."""
    budgets = {part.area_id: part.budget for part in areas}
    return areas_without_ballot(rules, _papers(session, cycle_id, budgets))


def _papers(session: Session, cycle_id: int, budgets: Mapping[int, int]) -> dict[int, list[Paper]]:
    found: dict[int, list[Paper]] = {area_id: [] for area_id in budgets}
    rows = session.execute(
        select(Proposal.area_id, func.coalesce(Proposal.reviewed_cost, Proposal.cost)).where(
            Proposal.cycle_id == cycle_id, Proposal.status.in_([one.value for one in ON_BALLOT])
        )
    )
    for area_id, price in rows:
        if area_id in found:
            found[area_id].append(Paper(area_id, price, budgets[area_id]))
    return found
