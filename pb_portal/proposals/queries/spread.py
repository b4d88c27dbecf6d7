"""Where the listed proposals are: their points, or heaps of them when they are too many.

Columns weigh a fraction of objects; coordinates are in hundred-thousandths of a degree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, literal_column, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Category
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries.asked import Filters, conditions
from pb_portal.proposals.queries.remembered import Remembered

MOST_POINTS = 1_000
"""More are shown as heaps."""
PIXELS = 60
"""Side of the square whose points make one heap."""
MOST_SQUARES = 48
"""Squares along one side of the map; beyond that the squares grow."""
DEEPEST = 18
_SNAP = 8
_FINE = 100_000

Columns = dict[str, Any]


@dataclass(frozen=True)
class Box:
    """A part of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class _Grid:
    """Squares of a depth of the map; `box` is whole blocks of them, so that neighbours' maps ask
    for the same."""

    lat: float
    lon: float
    box: Box | None


_kept: Remembered[Columns] = Remembered(256)


def places(
    session: Session,
    cycle_id: int,
    asked: Filters,
    *,
    box: Box | None = None,
    zoom: int = 11,
    seconds: float = 0,
) -> Columns:
    """The points of what was asked within the box, with titles; as heaps when they are more than
    `MOST_POINTS`. Not older than `seconds`."""
    plain = replace(asked, sort="", after="", bands=())
    grid = _grid(box, zoom)
    key = (str(session.get_bind().engine.url), cycle_id, plain, grid, zoom >= DEEPEST)
    return _kept.get(
        key, seconds, lambda: _read(session, cycle_id, plain, grid, deepest=zoom >= DEEPEST)
    )


def _read(
    session: Session, cycle_id: int, asked: Filters, grid: _Grid, *, deepest: bool
) -> Columns:
    wanted = and_(conditions(cycle_id, asked), *_inside(grid.box))
    rows = [] if deepest else _heaps(session, wanted, grid)
    total = sum(row.heap for row in rows)
    if deepest or total <= MOST_POINTS:
        found = _points(session, wanted)
        return {"total": len(found["number"]), "heaps": None, "points": found}
    heaps = [row for row in rows if row.heap > 1]
    alone = [row.any_id for row in rows if row.heap == 1]
    return {
        "total": total,
        "heaps": {
            "lat": [round(row.lat * _FINE) for row in heaps],
            "lon": [round(row.lon * _FINE) for row in heaps],
            "count": [row.heap for row in heaps],
        },
        "points": _points(session, Proposal.id.in_(alone)) if alone else _columns([]),
    }


def _heaps(session: Session, wanted: ColumnElement[bool], grid: _Grid) -> Sequence[Any]:
    across = cast(func.round(Proposal.lon / grid.lon), Integer).label("across")
    down = cast(func.round(Proposal.lat / grid.lat), Integer).label("down")
    return session.execute(
        select(
            func.count().label("heap"),
            func.avg(Proposal.lat).label("lat"),
            func.avg(Proposal.lon).label("lon"),
            func.min(Proposal.id).label("any_id"),
            across,
            down,
        )
        .where(wanted)
        .group_by(literal_column("across"), literal_column("down"))
    ).all()


def _points(session: Session, wanted: ColumnElement[bool]) -> Columns:
    rows = session.execute(
        select(Proposal.number, Proposal.lat, Proposal.lon, Category.code, Proposal.title)
        .outerjoin(Proposal.category)
        .where(wanted, Proposal.lat.is_not(None), Proposal.lon.is_not(None))
        .order_by(Proposal.number)
        .limit(MOST_POINTS)
    ).all()
    return _columns(rows)


def _columns(rows: Sequence[Any]) -> Columns:
    codes = sorted({row.code or "" for row in rows})
    place = {code: index for index, code in enumerate(codes)}
    return {
        "number": [row.number for row in rows],
        "lat": [round(row.lat * _FINE) for row in rows],
        "lon": [round(row.lon * _FINE) for row in rows],
        "category": [place[row.code or ""] for row in rows],
        "categories": codes,
        "title": [row.title for row in rows],
    }


def _inside(box: Box | None) -> list[ColumnElement[bool]]:
    if box is None:
        return [Proposal.lat.is_not(None), Proposal.lon.is_not(None)]
    return [
        Proposal.lat.between(box.south, box.north),
        Proposal.lon.between(box.west, box.east),
    ]


def _grid(box: Box | None, zoom: int) -> _Grid:
    depth = max(0, min(zoom, DEEPEST))
    middle = round((box.south + box.north) / 2) if box else 43
    squash = max(0.1, math.cos(math.radians(middle)))
    lon = 360 / 2**depth / 256 * PIXELS
    if box is None:
        return _Grid(lon * squash, lon, None)
    while max((box.east - box.west) / lon, (box.north - box.south) / (lon * squash)) > MOST_SQUARES:
        lon *= 2
    lat = lon * squash
    return _Grid(
        lat,
        lon,
        Box(
            _snap(box.west, lon, math.floor),
            _snap(box.south, lat, math.floor),
            _snap(box.east, lon, math.ceil),
            _snap(box.north, lat, math.ceil),
        ),
    )


def _snap(degrees: float, side: float, direction: Callable[[float], int]) -> float:
    block = side * _SNAP
    return round(direction(degrees / block) * block, 6)


def forget_places() -> None:
    """Read everything anew from now on."""
    _kept.forget()
