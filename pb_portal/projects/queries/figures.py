"""Figures over all projects that match: totals, points of the map, and what filters offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal_column, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Category, Cycle
from pb_portal.places.models import Area
from pb_portal.projects.models import Project, WorkType
from pb_portal.projects.queries.filtered import (
    OF_PROJECT,
    OFFICIAL,
    Wanted,
    late_clause,
    official_clause,
)
from pb_portal.projects.rules import public_bin

MOST_POINTS = 20_000
MOST_TITLES = 1_500
"""Beyond so many points the map names them by number only, to stay light on a phone."""
MOST_CONTRACTORS = 200


@dataclass(frozen=True)
class Total:
    """Number and money of the projects shown, in one currency."""

    currency: str
    minor_units: int
    number: int
    promised: int
    contracted: int
    paid: int
    late: int
    states: dict[str, int]


def totals(session: Session, wanted: Wanted, today: date) -> list[Total]:
    """Number and money of everything that matches, by currency, in one statement."""
    currency = func.coalesce(Cycle.currency, literal_column("'KZT'"))
    minor_units = func.coalesce(Cycle.minor_units, literal_column("0"))

    def number(clause: Any) -> Any:
        return func.coalesce(func.sum(case((clause, 1), else_=0)), 0)

    query = wanted.apply(
        select(
            currency,
            minor_units,
            func.count(Project.id),
            func.coalesce(func.sum(Project.promised_sum), 0),
            func.coalesce(func.sum(Project.contract_sum), 0),
            func.coalesce(func.sum(Project.paid_sum), 0),
            number(late_clause(today)),
            *(number(official_clause(word)) for word in OFFICIAL),
        ).select_from(Project),
        today,
    )
    rows = session.execute(query.group_by(currency, minor_units).order_by(func.count().desc()))
    return [_total(str(row[0]), [int(value) for value in row[1:]]) for row in rows]


def _total(currency: str, figures: list[int]) -> Total:
    minor, number, promised, contracted, paid, late, *states = figures
    words = dict(zip(OFFICIAL, states, strict=True))
    return Total(currency, minor, number, promised, contracted, paid, late, words)


def points(session: Session, wanted: Wanted, today: date) -> dict[str, list[Any]]:
    """Every matching project that has a place, as columns: small enough for a phone."""
    placed = select(
        Project.number,
        Project.lat,
        Project.lon,
        func.coalesce(Category.code, ""),
        Project.title,
    ).select_from(Project)
    query = wanted.apply(placed.outerjoin(Category, Category.id == Project.category_id), today)
    rows = session.execute(
        query.where(Project.lat.is_not(None), Project.lon.is_not(None))
        .order_by(Project.number.desc())
        .limit(MOST_POINTS)
    ).all()
    codes = sorted({row[3] for row in rows})
    place = {code: index for index, code in enumerate(codes)}
    return {
        "number": [row[0] for row in rows],
        "lat": [round(row[1] * 100_000) for row in rows],
        "lon": [round(row[2] * 100_000) for row in rows],
        "categories": codes,
        "category": [place[row[3]] for row in rows],
        "title": [row[4] for row in rows] if len(rows) <= MOST_TITLES else [],
    }


@dataclass(frozen=True)
class Offered:
    """What the filters offer: (code, names) of each."""

    areas: Sequence[tuple[str, dict[str, str]]]
    cycles: Sequence[tuple[str, dict[str, str]]]
    types: Sequence[tuple[str, dict[str, str]]]
    contractors: Sequence[tuple[str, str]]
    years: Sequence[int]


def offered(session: Session, cycle: str) -> Offered:
    """Districts, cycles, types, contractors and years that some project has."""
    mine = Wanted(cycle=cycle)

    def those(column: Any) -> Any:
        return mine.apply(select(column).select_from(Project), date.min)

    areas = session.execute(
        select(Area.code, Area.names)
        .where(Area.id.in_(those(Project.area_id)))
        .order_by(Area.sort, Area.id)
    )
    having = select(Project.cycle_id).where(Project.cycle_id.is_not(None))
    cycles = session.execute(
        select(Cycle.slug, Cycle.names)
        .where(Cycle.id.in_(having))
        .order_by(Cycle.year.desc(), Cycle.id.desc())
    )
    types = session.execute(
        select(WorkType.code, WorkType.names)
        .where(WorkType.id.in_(those(Project.work_type_id)))
        .order_by(WorkType.sort, WorkType.id)
    )
    builders = session.execute(
        those(Project.contractor_bin)
        .add_columns(func.max(Project.contractor), func.min(Project.number))
        .where(Project.contractor_bin != "")
        .group_by(Project.contractor_bin)
        .order_by(func.max(Project.contractor))
        .limit(MOST_CONTRACTORS)
    )
    first, last = session.execute(
        those(func.min(Project.due_on)).add_columns(func.max(Project.due_on))
    ).one()
    return Offered(
        [(row[0], row[1]) for row in areas],
        [(row[0], row[1]) for row in cycles],
        [(row[0], row[1]) for row in types],
        [(public_bin(row[0]) or f"{OF_PROJECT}{row[2]}", row[1]) for row in builders],
        list(range(last.year, first.year - 1, -1)) if first else [],
    )
