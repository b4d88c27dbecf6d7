"""How many proposals there are by each filter: one grouped statement, kept for a short while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import case, func, literal, literal_column, select
from sqlalchemy.orm import Session

from pb_portal.domain.proposal_states import PUBLIC, REACHED
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries.asked import Band, Filters, said, states, within
from pb_portal.proposals.queries.remembered import Remembered

COMMON = 800
"""Words said in more proposals than this are looked for in each proposal in turn."""

Cell = tuple[str, int | None, int | None, int, int]


@dataclass(frozen=True)
class Facets:
    """How many there are, by each filter with the others kept."""

    total: int
    said: int
    """How many public ones say the words, whatever the other filters."""
    areas: Counter[int | None]
    categories: Counter[int | None]
    statuses: Counter[str]
    phases: Counter[str]
    costs: Counter[Band]


_cells: Remembered[Sequence[Cell]] = Remembered(64)
_facets: Remembered[Facets] = Remembered(2_000)


def facets(session: Session, cycle_id: int, asked: Filters, seconds: float = 0) -> Facets:
    """Counts not older than so many seconds."""
    plain = replace(asked, sort="", after="")
    where = str(session.get_bind().engine.url)
    about = (where, cycle_id, asked.words, asked.bands)
    return _facets.get(
        (where, cycle_id, plain),
        seconds,
        lambda: _sum(_cells.get(about, seconds, lambda: _count(session, cycle_id, asked)), asked),
    )


def _count(session: Session, cycle_id: int, asked: Filters) -> Sequence[Cell]:
    band = (
        case(*((within(one), literal(place)) for place, one in enumerate(asked.bands)), else_=-1)
        if asked.bands
        else literal(-1)
    ).label("band")
    rows = session.execute(
        select(Proposal.status, Proposal.area_id, Proposal.category_id, band, func.count())
        .where(
            Proposal.cycle_id == cycle_id,
            Proposal.status.in_(sorted(str(state) for state in PUBLIC)),
            *said(cycle_id, asked.words),
        )
        .group_by(
            Proposal.status, Proposal.area_id, Proposal.category_id, literal_column(band.name)
        )
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def _sum(cells: Sequence[Cell], asked: Filters) -> Facets:
    """Each filter's counts are of what fits all the others."""
    by_phase = {str(state): phase for phase, some in REACHED.items() for state in some}
    one_state = states(replace(asked, phase="")) if asked.status or not asked.phase else PUBLIC
    fits: tuple[Callable[[Cell], bool], ...] = (
        lambda cell: cell[0] in one_state,
        lambda cell: asked.area_id in (None, cell[1]),
        lambda cell: asked.category_id in (None, cell[2]),
        lambda cell: asked.cost is None or asked.bands[cell[3]] == asked.cost,
        lambda cell: not asked.phase or by_phase.get(cell[0]) == asked.phase,
    )
    counted: tuple[Counter[Any], ...] = tuple(Counter() for _ in fits)
    total = said_in = 0
    for cell in cells:
        count = cell[4]
        said_in += count
        missed = [place for place, fit in enumerate(fits) if not fit(cell)]
        if len(missed) > 1:
            continue
        total += 0 if missed else count
        for place in missed or range(len(fits)):
            counted[place][by_phase.get(cell[0], "") if place == 4 else cell[place]] += count
    costs = Counter({asked.bands[place]: n for place, n in counted[3].items() if place >= 0})
    del counted[4][""]
    return Facets(total, said_in, counted[1], counted[2], counted[0], counted[4], costs)


def forget_facets() -> None:
    """Read everything anew from now on."""
    _cells.forget()
    _facets.forget()
