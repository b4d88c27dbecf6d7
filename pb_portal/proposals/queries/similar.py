"""Proposals like the one being written, and those around its place."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from pb_portal.domain.distance import DEGREE, metres_between
from pb_portal.domain.proposal_states import PUBLIC, ProposalState
from pb_portal.domain.text import words
from pb_portal.proposals.models import Proposal, ProposalWord
from pb_portal.proposals.words import stems

NEAR = 150
"""Metres within which a proposal is told of on the page of the place."""
AROUND = 500
"""Metres within which being close speaks for being alike."""
FAR = 3000
"""Metres beyond which the same words are rather another place with the same trouble."""
MOST_CANDIDATES = 60
MOST_STEMS = 10
SHORTEST = 4
LISTED = PUBLIC - {ProposalState.WITHDRAWN, ProposalState.MERGED, ProposalState.REJECTED}
ALIKE = 0.42

_COMMON = frozenset(
    " ".join(
        (
            "улица улицы дом дома двор двора наш нашем нашей сделать установить поставить",
            "көше көшесі үйі ауласы аула біздің жасау орнату қою",
            "street house yard make build install",
        )
    ).split()
)


@dataclass(frozen=True)
class Like:
    """A proposal that may be about the same thing. `metres` is None without two places."""

    id: int
    number: int
    title: str
    language: str
    address: str
    status: str
    supports_count: int
    metres: int | None
    likeness: float


@dataclass(frozen=True)
class About:
    """What is known of the one being written."""

    cycle_id: int
    own_id: int | None
    title: str
    lat: float | None = None
    lon: float | None = None
    category_id: int | None = None


def about(draft: Proposal) -> About:
    """What there is to compare of a draft or a working copy."""
    return About(
        draft.cycle_id,
        draft.revises_id,
        draft.title,
        draft.lat,
        draft.lon,
        draft.category_id,
    )


def neighbours(session: Session, one: About, *, limit: int = 3) -> list[Like]:
    """Proposals of the cycle around the place, the nearest first; in one statement."""
    rows = session.execute(_rows(one, _boxed(one, NEAR)).limit(MOST_CANDIDATES)).all()
    found = [like for row in rows if (like := _like(one, row, set())).metres is not None]
    near = [like for like in found if like.metres is not None and like.metres <= NEAR]
    return sorted(near, key=lambda like: (like.metres or 0, like.id))[:limit]


def similar(session: Session, one: About, *, limit: int = 4) -> list[Like]:
    """Proposals of the cycle that say the same in Kazakh or Russian, or stand at the same place;
    in one statement, whatever the number of proposals."""
    sought = telling(one.title)
    said = (
        select(ProposalWord.proposal_id)
        .where(ProposalWord.cycle_id == one.cycle_id, ProposalWord.stem.in_(sorted(sought)))
        .group_by(ProposalWord.proposal_id)
        .order_by(func.count().desc(), ProposalWord.proposal_id)
        .limit(MOST_CANDIDATES)
        .subquery()
    )
    query = _rows(one, or_(_boxed(one, AROUND), Proposal.id.in_(select(said.c.proposal_id))))
    rows = session.execute(query.limit(2 * MOST_CANDIDATES)).all()
    found = sorted((_like(one, row, sought) for row in rows), key=lambda like: -like.likeness)
    return [like for like in found if like.likeness >= ALIKE][:limit]


def telling(title: str) -> set[str]:
    """Stems of the words that tell what it is about."""
    chosen = [word for word in words(title) if len(word) >= SHORTEST and word not in _COMMON]
    found = [stem for word in chosen[:MOST_STEMS] for stem in stems(word) if not stem.isdigit()]
    return set(found[:MOST_STEMS])


def _rows(one: About, condition: ColumnElement[bool]) -> Any:
    another = [Proposal.id != one.own_id] if one.own_id is not None else []
    return select(
        Proposal.id,
        Proposal.number,
        Proposal.title,
        Proposal.language,
        Proposal.address,
        Proposal.status,
        Proposal.supports_count,
        Proposal.lat,
        Proposal.lon,
        Proposal.category_id,
    ).where(
        Proposal.cycle_id == one.cycle_id,
        Proposal.status.in_(sorted(LISTED)),
        *another,
        condition,
    )


def _boxed(one: About, metres: int) -> ColumnElement[bool]:
    if one.lat is None or one.lon is None:
        return false()
    tall = metres / DEGREE
    wide = tall / max(cos(radians(one.lat)), 0.01)
    return and_(
        Proposal.lat.between(one.lat - tall, one.lat + tall),
        Proposal.lon.between(one.lon - wide, one.lon + wide),
    )


def _like(one: About, row: Any, sought: set[str]) -> Like:
    metres = None
    if None not in (one.lat, one.lon, row.lat, row.lon):
        metres = metres_between(one.lat or 0, one.lon or 0, row.lat, row.lon)
    shared = _shared(sought, telling(row.title))
    close = 0.0 if metres is None else max(0.0, 1 - metres / AROUND)
    same_kind = one.category_id is not None and one.category_id == row.category_id
    weight = 0.6 if metres is None or metres <= FAR else 0.25
    likeness = weight * shared + 0.3 * close + (0.15 if same_kind else 0)
    return Like(
        row.id,
        row.number,
        row.title,
        row.language,
        row.address,
        row.status,
        row.supports_count,
        metres,
        likeness,
    )


def _shared(sought: set[str], told: set[str]) -> float:
    """How much of the shorter title stands in the other one; школ and школьн are one word."""
    few, many = sorted((sought, told), key=len)
    met = sum(any(a.startswith(b) or b.startswith(a) for b in many) for a in few)
    return met / len(few) if few else 0.0
