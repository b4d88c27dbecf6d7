"""The list of a cycle's proposals: filtered, sorted, a page at a time, counted by facet.

Pages are asked for by the key of the row before them, never by an offset, so that the last page
costs what the first one does.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Category
from pb_portal.domain.proposal_states import PUBLIC, ProposalState
from pb_portal.files.models import StoredFile
from pb_portal.proposals.models import LOTS, Proposal, ProposalPicture
from pb_portal.proposals.words import patterns_of

PAGE_SIZE = 24
MOST_POINTS = 20_000
TITLED_POINTS = 1_500
SHOWN = PUBLIC - {ProposalState.WITHDRAWN, ProposalState.MERGED}
"""What the list holds unless a state is asked for."""

SORTS = ("random", "new", "supported", "cheap", "dear")
_price = func.coalesce(Proposal.reviewed_cost, Proposal.cost)


@dataclass(frozen=True)
class Filters:
    """What was asked for. `after` is the key of the last row of the page before."""

    words: str = ""
    area_id: int | None = None
    category_id: int | None = None
    status: str = ""
    sort: str = "random"
    after: str = ""


@dataclass(frozen=True)
class Card:
    """A proposal as the list shows it."""

    id: int
    number: int
    title: str
    language: str
    address: str
    area_id: int | None
    category_id: int | None
    price: int
    status: str
    supports_count: int
    lot: int
    picture: str | None


@dataclass(frozen=True)
class Facets:
    """How many there are, by each filter with the others kept."""

    total: int
    areas: Counter[int | None]
    categories: Counter[int | None]
    statuses: Counter[str]


@dataclass(frozen=True)
class ListPage:
    """One page of the list."""

    cards: Sequence[Card]
    next_key: str | None
    facets: Facets


def list_page(session: Session, cycle_id: int, asked: Filters, today: date) -> ListPage:
    """A page of 24 with counts, in two statements. `today` (the city's) starts the random order."""
    rows = session.execute(_rows(cycle_id, asked, today)).all()
    cards = [Card(*row) for row in rows[:PAGE_SIZE]]
    more = len(rows) > PAGE_SIZE
    next_key = _key(asked, cards[-1], cycle_id, today) if more else None
    return ListPage(cards, next_key, facets(session, cycle_id, asked))


def facets(session: Session, cycle_id: int, asked: Filters) -> Facets:
    """Counts from one grouped statement."""
    rows = session.execute(
        select(Proposal.status, Proposal.area_id, Proposal.category_id, func.count())
        .where(Proposal.cycle_id == cycle_id, Proposal.status.in_(PUBLIC), *_said(asked.words))
        .group_by(Proposal.status, Proposal.area_id, Proposal.category_id)
    ).all()
    found = Facets(0, Counter(), Counter(), Counter())
    total = 0
    for status, area_id, category_id, count in rows:
        fits_status = status == asked.status if asked.status else status in SHOWN
        fits_area = asked.area_id in (None, area_id)
        fits_category = asked.category_id in (None, category_id)
        if fits_status and fits_category:
            found.areas[area_id] += count
        if fits_status and fits_area:
            found.categories[category_id] += count
        if fits_area and fits_category:
            found.statuses[status] += count
        if fits_status and fits_area and fits_category:
            total += count
    return Facets(total, found.areas, found.categories, found.statuses)


def categories_of(session: Session, ids: Sequence[int]) -> dict[int, Category]:
    """The categories of these ids, in their order."""
    query = select(Category).where(Category.id.in_(ids)).order_by(Category.sort, Category.id)
    return {category.id: category for category in session.scalars(query)}


def points(session: Session, cycle_id: int, asked: Filters) -> dict[str, Any]:
    """The places of the list's proposals as columns: small enough for a phone.

    Coordinates are in hundred-thousandths of a degree; titles are left out when there are many.
    """
    rows = session.execute(
        select(Proposal.number, Proposal.lat, Proposal.lon, Category.code, Proposal.title)
        .outerjoin(Proposal.category)
        .where(_asked(cycle_id, asked), Proposal.lat.is_not(None), Proposal.lon.is_not(None))
        .order_by(Proposal.number)
        .limit(MOST_POINTS)
    ).all()
    codes = sorted({row.code or "" for row in rows})
    place = {code: index for index, code in enumerate(codes)}
    return {
        "number": [row.number for row in rows],
        "lat": [round(row.lat * 100_000) for row in rows],
        "lon": [round(row.lon * 100_000) for row in rows],
        "category": [place[row.code or ""] for row in rows],
        "categories": codes,
        "title": [row.title for row in rows] if len(rows) <= TITLED_POINTS else [],
    }


def day_start(cycle_id: int, today: date) -> int:
    """From which place the random order starts on this day."""
    seed = hashlib.sha256(f"{cycle_id}:{today.isoformat()}".encode()).digest()
    return int.from_bytes(seed[:8], "big") % LOTS


def _said(typed: str) -> list[ColumnElement[bool]]:
    return [
        or_(*(Proposal.search_text.like(f"%{pattern}%") for pattern in patterns))
        for patterns in patterns_of(typed)
    ]


def _asked(cycle_id: int, asked: Filters) -> ColumnElement[bool]:
    wanted = {asked.status} & PUBLIC if asked.status else SHOWN
    conditions = [Proposal.cycle_id == cycle_id, Proposal.status.in_(sorted(wanted))]
    if asked.area_id is not None:
        conditions.append(Proposal.area_id == asked.area_id)
    if asked.category_id is not None:
        conditions.append(Proposal.category_id == asked.category_id)
    return and_(*conditions, *_said(asked.words))


def _cards() -> Select[Any]:
    picture = (
        select(StoredFile.key)
        .join(ProposalPicture, ProposalPicture.file_id == StoredFile.id)
        .where(ProposalPicture.proposal_id == Proposal.id, StoredFile.public.is_(True))
        .order_by(ProposalPicture.sort, ProposalPicture.id)
        .limit(1)
        .correlate(Proposal)
        .scalar_subquery()
    )
    columns: list[Any] = [
        Proposal.id,
        Proposal.number,
        Proposal.title,
        Proposal.language,
        Proposal.address,
        Proposal.area_id,
        Proposal.category_id,
        _price,
        Proposal.status,
        Proposal.supports_count,
        Proposal.lot,
        picture,
    ]
    return select(*columns)


def _rows(cycle_id: int, asked: Filters, today: date) -> Select[Any]:
    key = _read_key(asked.after)
    if asked.sort in _PLAIN:
        order, after = _PLAIN[asked.sort]
        query = _cards().where(_asked(cycle_id, asked)).order_by(*order)
        if key:
            query = query.where(after(key))
        return query.limit(PAGE_SIZE + 1)
    return _random_rows(cycle_id, asked, key, day_start(cycle_id, today))


def _random_rows(cycle_id: int, asked: Filters, key: list[int], start: int) -> Select[Any]:
    """The circle of lots from the day's start: those after it, then those before it."""
    if len(key) == 3:
        start = key[0]
    wanted = _asked(cycle_id, asked)
    halves = []
    for half, inside in ((0, Proposal.lot >= start), (1, Proposal.lot < start)):
        part = select(Proposal.id, Proposal.lot, literal(half).label("half")).where(wanted, inside)
        if len(key) == 3:
            reached = 0 if key[1] >= start else 1
            if half < reached:
                continue
            if half == reached:
                part = part.where(_after((Proposal.lot, Proposal.id), key[1:]))
        ordered = part.order_by(Proposal.lot, Proposal.id).limit(PAGE_SIZE + 1).subquery()
        halves.append(select(ordered))
    keys = union_all(*halves).subquery()
    return (
        _cards()
        .join(keys, keys.c.id == Proposal.id)
        .order_by(keys.c.half, keys.c.lot, keys.c.id)
        .limit(PAGE_SIZE + 1)
    )


def _after(columns: Sequence[Any], key: Sequence[int]) -> ColumnElement[bool]:
    """Rows after a key of two columns, both rising."""
    first, second = columns
    return or_(first > key[0], and_(first == key[0], second > key[1]))


def _before(columns: Sequence[Any], key: Sequence[int]) -> ColumnElement[bool]:
    first, second = columns
    return or_(first < key[0], and_(first == key[0], second < key[1]))


_by_supports = (Proposal.supports_count, Proposal.id)
_by_price = (_price, Proposal.id)
_Plain = tuple[tuple[Any, ...], Callable[[list[int]], ColumnElement[bool]]]
_PLAIN: dict[str, _Plain] = {
    "new": ((Proposal.number.desc(),), lambda key: Proposal.number < key[0]),
    "supported": (
        tuple(column.desc() for column in _by_supports),
        lambda key: _before(_by_supports, _pair(key)),
    ),
    "cheap": (_by_price, lambda key: _after(_by_price, _pair(key))),
    "dear": (
        tuple(column.desc() for column in _by_price),
        lambda key: _before(_by_price, _pair(key)),
    ),
}


def _pair(key: list[int]) -> list[int]:
    return key if len(key) == 2 else [key[0], 0]


def _read_key(text: str) -> list[int]:
    """Numbers of a key; whatever else was typed is no key and gives the first page."""
    parts = text.split("-") if text else []
    whole = all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts)
    return [int(part) for part in parts] if whole and len(parts) <= 3 else []


def _key(asked: Filters, last: Card, cycle_id: int, today: date) -> str:
    if asked.sort == "new":
        return str(last.number)
    if asked.sort == "supported":
        return f"{last.supports_count}-{last.id}"
    if asked.sort in ("cheap", "dear"):
        return f"{last.price}-{last.id}"
    before = _read_key(asked.after)
    start = before[0] if len(before) == 3 else day_start(cycle_id, today)
    return f"{start}-{last.lot}-{last.id}"
