"""Telling residents of districts without proposals so before they prove who they are."""

from __future__ import annotations

from collections.abc import Callable

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session
from pb_portal.domain.refusal import Refusal
from pb_portal.voting import queries
from pb_portal.voting.views import blueprint, visit


def areas_of(cycle: Cycle) -> frozenset[int]:
    """Ids of areas whose residents have no ballot to fill."""
    rules = cycles.rules_of(cycle)
    return queries.find_areas_without_ballot(session(), cycle.id, rules, cycle.areas)


def names_of(cycle: Cycle) -> list[dict[str, str]]:
    """Their names, in the areas' order."""
    empty = areas_of(cycle)
    return [part.area.names for part in cycle.areas if part.area_id in empty]


def nothing_page(cycle: Cycle) -> tuple[str, int] | None:
    """What to show when there is a ballot for nobody."""
    empty = areas_of(cycle)
    if any(part.area_id not in empty for part in cycle.areas):
        return None
    return visit.refused_page(cycle, Refusal("identity.no_ballot_at_all"))


@blueprint.context_processor
def offer_names() -> dict[str, Callable[[Cycle], list[dict[str, str]]]]:
    """For the pages before an identity is proved."""
    return {"areas_without_ballot": names_of}
