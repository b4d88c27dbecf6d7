"""What was asked of the list, as conditions of a statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all

from pb_portal.domain.proposal_states import PUBLIC, REACHED, ProposalState
from pb_portal.proposals.models import Proposal, ProposalWord
from pb_portal.proposals.words import sought

SHOWN = PUBLIC - {ProposalState.WITHDRAWN, ProposalState.MERGED}
"""What the list holds unless a state is asked for."""

LAST = "\U0010ffff"
"""Comes after every letter, so a beginning and this end a range of the index."""

Band = tuple[int, int | None]


@dataclass(frozen=True)
class Filters:
    """What was asked for. `after` is the key of the last row of the page before.

    `cost` is one of `bands`: from an amount up to, but without, another (None: no end).
    """

    words: str = ""
    area_id: int | None = None
    category_id: int | None = None
    status: str = ""
    phase: str = ""
    cost: Band | None = None
    sort: str = "random"
    after: str = ""
    bands: tuple[Band, ...] = ()


def states(asked: Filters) -> frozenset[str]:
    """The states of what was asked for."""
    if asked.status:
        wanted = frozenset({asked.status}) & PUBLIC
        return wanted & REACHED[asked.phase] if asked.phase else wanted
    return frozenset(REACHED[asked.phase] if asked.phase else SHOWN)


def conditions(cycle_id: int, asked: Filters, *, common: bool = False) -> ColumnElement[bool]:
    """Everything asked for. `common` says that the words are said in many proposals, so that it is
    quicker to look at each in turn than to gather all of them first."""
    found: list[ColumnElement[bool]] = [
        Proposal.cycle_id == cycle_id,
        Proposal.status.in_(sorted(str(state) for state in states(asked))),
    ]
    if asked.area_id is not None:
        found.append(Proposal.area_id == asked.area_id)
    if asked.category_id is not None:
        found.append(Proposal.category_id == asked.category_id)
    if asked.cost is not None:
        found.append(within(asked.cost))
    return and_(*found, *said(cycle_id, asked.words, common=common))


def within(band: Band) -> ColumnElement[bool]:
    """A price in this band."""
    least, most = band
    over = Proposal.listed_price >= least
    return over if most is None else and_(over, Proposal.listed_price < most)


def said(cycle_id: int, typed: str, *, common: bool = False) -> list[ColumnElement[bool]]:
    """One condition for each word typed."""
    if common:
        return [_says(some) for some in sought(typed)]
    return [Proposal.id.in_(saying(cycle_id, some)) for some in sought(typed)]


def saying(cycle_id: int, stems: list[tuple[str, bool]]) -> Select[Any]:
    """Ids of a cycle's proposals that say one of the stems."""
    parts = [
        select(ProposalWord.proposal_id).where(ProposalWord.cycle_id == cycle_id, _stem(*one))
        for one in stems
    ]
    return parts[0] if len(parts) == 1 else select(union_all(*parts).subquery())


def _says(stems: list[tuple[str, bool]]) -> ColumnElement[bool]:
    # PostgreSQL would turn EXISTS into a join over all rows; a scalar is looked up row by row
    found = (
        select(literal(1))
        .where(ProposalWord.proposal_id == Proposal.id, or_(*(_stem(*one) for one in stems)))
        .limit(1)
        .correlate(Proposal)
    )
    return found.scalar_subquery().is_not(None)


def _stem(stem: str, whole: bool) -> ColumnElement[bool]:
    if whole:
        return ProposalWord.stem == stem
    return and_(ProposalWord.stem >= stem, ProposalWord.stem < stem + LAST)
