"""The list of a cycle's proposals: filtered, sorted, a page at a time, counted by facet.

Pages are asked for by the key of the row before them, never by an offset, so that the last page
costs what the first one does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Category
from pb_portal.files.models import StoredFile
from pb_portal.proposals.models import LOTS, Proposal, ProposalPicture
from pb_portal.proposals.queries.asked import Filters, conditions
from pb_portal.proposals.queries.counts import COMMON, Facets, facets

PAGE_SIZE = 24
SORTS = ("random", "new", "supported", "cheap", "dear")


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
class ListPage:
    """One page of the list."""

    cards: Sequence[Card]
    next_key: str | None
    facets: Facets


def list_page(
    session: Session, cycle_id: int, asked: Filters, today: date, seconds: float = 0
) -> ListPage:
    """A page of 24 with counts not older than `seconds`, in at most two statements. `today` (the
    city's) starts the random order."""
    counted = facets(session, cycle_id, asked, seconds)
    if asked.words and not counted.said:
        return ListPage([], None, counted)
    wanted = conditions(cycle_id, asked, common=counted.said > COMMON)
    rows = _rows(session, cycle_id, asked, wanted, today)
    cards = [Card(*row) for row in rows[:PAGE_SIZE]]
    more = len(rows) > PAGE_SIZE
    next_key = _key(asked, cards[-1], cycle_id, today) if more else None
    return ListPage(cards, next_key, counted)


def categories_of(session: Session, ids: Sequence[int]) -> dict[int, Category]:
    """The categories of these ids, in their order."""
    query = select(Category).where(Category.id.in_(ids)).order_by(Category.sort, Category.id)
    return {category.id: category for category in session.scalars(query)}


def day_start(cycle_id: int, today: date) -> int:
    """From which place the random order starts on this day."""
    seed = hashlib.sha256(f"{cycle_id}:{today.isoformat()}".encode()).digest()
    return int.from_bytes(seed[:8], "big") % LOTS


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
        Proposal.listed_price,
        Proposal.status,
        Proposal.supports_count,
        Proposal.lot,
        picture,
    ]
    return select(*columns)


def _rows(
    session: Session, cycle_id: int, asked: Filters, wanted: ColumnElement[bool], today: date
) -> Sequence[Any]:
    key = _read_key(asked.after)
    if asked.sort not in _PLAIN:
        return _random_rows(session, wanted, key, day_start(cycle_id, today))
    order, after = _PLAIN[asked.sort]
    query = _cards().where(wanted).order_by(*order).limit(PAGE_SIZE + 1)
    return session.execute(query.where(after(key)) if key else query).all()


def _random_rows(
    session: Session, wanted: ColumnElement[bool], key: list[int], start: int
) -> Sequence[Any]:
    """The circle of lots from the day's start: those after it, then those before it."""
    beyond: list[ColumnElement[bool]] = []
    first = True
    if len(key) == 3:
        start = key[0]
        first = key[1] >= start
        beyond = [_after((Proposal.lot, Proposal.id), key[1:])]
    query = _cards().where(wanted).order_by(Proposal.lot, Proposal.id)
    if not first:
        return session.execute(
            query.where(Proposal.lot < start, *beyond).limit(PAGE_SIZE + 1)
        ).all()
    rows = session.execute(query.where(Proposal.lot >= start, *beyond).limit(PAGE_SIZE + 1)).all()
    lacking = PAGE_SIZE + 1 - len(rows)
    if not lacking:
        return rows
    return [*rows, *session.execute(query.where(Proposal.lot < start).limit(lacking))]


def _after(columns: Sequence[Any], key: Sequence[int]) -> ColumnElement[bool]:
    """Rows after a key of two columns, both rising."""
    first, second = columns
    return or_(first > key[0], and_(first == key[0], second > key[1]))


def _before(columns: Sequence[Any], key: Sequence[int]) -> ColumnElement[bool]:
    first, second = columns
    return or_(first < key[0], and_(first == key[0], second < key[1]))


_by_supports = (Proposal.supports_count, Proposal.id)
_by_price = (Proposal.listed_price, Proposal.id)
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
