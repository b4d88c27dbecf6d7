"""The public register: pages, totals, points of the map and rows of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.cycles.models import Category, Cycle
from pb_portal.files.models import StoredFile
from pb_portal.places.models import Area
from pb_portal.projects.models import Payment, Project, ProjectPhoto
from pb_portal.projects.queries.filtered import Wanted

PAGE = 24
MOST_POINTS = 5000


@dataclass(frozen=True)
class Total:
    """Money of the projects shown, in one currency."""

    currency: str
    minor_units: int
    number: int
    promised: int
    contracted: int
    paid: int


@dataclass(frozen=True)
class Shown:
    """One page: rows newest number first, keys of the pages around it, and a picture for each."""

    rows: Sequence[Project]
    older: int | None
    newer: int | None
    pictures: dict[int, str]


def page(
    session: Session,
    wanted: Wanted,
    today: date,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Shown:
    """Projects with a number under `before`, or the page just over `after`."""
    query = wanted.apply(select(Project), today).options(
        joinedload(Project.area), joinedload(Project.category), joinedload(Project.cycle)
    )
    if after is not None:
        query = query.where(Project.number > after).order_by(Project.number)
    else:
        query = query.order_by(Project.number.desc())
        if before is not None:
            query = query.where(Project.number < before)
    found = list(session.scalars(query.limit(PAGE + 1)).unique())
    more, rows = len(found) > PAGE, found[:PAGE]
    if after is not None:
        rows.reverse()
        older, newer = True, more
    else:
        older, newer = more, before is not None
    return Shown(
        rows,
        rows[-1].number if rows and older else None,
        rows[0].number if rows and newer else None,
        _pictures(session, [row.id for row in rows]),
    )


def _pictures(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Key of the picture to show for each project: the newest, best of all after the works."""
    worth = {"before": 0, "during": 1, "after": 2}
    rows = session.execute(
        select(ProjectPhoto.project_id, ProjectPhoto.stage, StoredFile.key)
        .join(StoredFile)
        .where(ProjectPhoto.project_id.in_(ids), StoredFile.public)
        .order_by(ProjectPhoto.id)
    ).all()
    ranked = sorted(rows, key=lambda row: worth[row.stage])
    return {row.project_id: row.key for row in ranked}


def totals(session: Session, wanted: Wanted, today: date) -> list[Total]:
    """Number and money of everything that matches, for each currency."""
    paid = (
        select(Payment.project_id, func.sum(Payment.sum).label("sum"))
        .where(Payment.voided_at.is_(None))
        .group_by(Payment.project_id)
        .subquery()
    )
    currency = func.coalesce(Cycle.currency, literal_column("'KZT'"))
    minor_units = func.coalesce(Cycle.minor_units, literal_column("0"))
    query = wanted.apply(
        select(
            currency,
            minor_units,
            func.count(Project.id),
            func.coalesce(func.sum(Project.promised_sum), 0),
            func.coalesce(func.sum(Project.contract_sum), 0),
            func.coalesce(func.sum(paid.c.sum), 0),
        ).select_from(Project),
        today,
    ).outerjoin(paid, paid.c.project_id == Project.id)
    rows = session.execute(query.group_by(currency, minor_units).order_by(func.count().desc()))
    return [Total(row[0], int(row[1]), row[2], *(int(sum) for sum in row[3:])) for row in rows]


@dataclass(frozen=True)
class Point:
    """A project on the map."""

    number: int
    title: str
    lat: float
    lon: float
    address: str
    category: str


def points(session: Session, wanted: Wanted, today: date) -> list[Point]:
    """Every matching project that has a place, newest first, at most `MOST_POINTS`."""
    placed = select(
        Project.number,
        Project.title,
        Project.lat,
        Project.lon,
        Project.address,
        func.coalesce(Category.code, ""),
    ).select_from(Project)
    query = wanted.apply(placed.outerjoin(Category, Category.id == Project.category_id), today)
    rows = session.execute(
        query.where(Project.lat.is_not(None), Project.lon.is_not(None))
        .order_by(Project.number.desc())
        .limit(MOST_POINTS)
    )
    return [Point(*row) for row in rows]


def export(session: Session, wanted: Wanted, today: date) -> Iterator[tuple[Project, int]]:
    """Every matching project with what is paid, newest number first."""
    paid = (
        select(func.coalesce(func.sum(Payment.sum), 0))
        .where(Payment.project_id == Project.id, Payment.voided_at.is_(None))
        .scalar_subquery()
    )
    query = (
        wanted.apply(select(Project, paid), today)
        .options(joinedload(Project.area), joinedload(Project.category), joinedload(Project.cycle))
        .order_by(Project.number.desc())
    )
    for project, sum in session.execute(query).unique():
        yield project, int(sum)


def areas(session: Session, cycle: str = "") -> Sequence[Area]:
    """Districts that have projects of the cycle, or of any that is not imported."""
    query = (
        select(Area)
        .where(
            Area.id.in_(
                Wanted(cycle=cycle).apply(select(Project.area_id).select_from(Project), date.min)
            )
        )
        .order_by(Area.sort, Area.id)
    )
    return session.scalars(query).all()


def cycles(session: Session) -> Sequence[Cycle]:
    """Cycles that have projects, newest first."""
    having = select(Project.cycle_id).where(Project.cycle_id.is_not(None))
    return session.scalars(
        select(Cycle).where(Cycle.id.in_(having)).order_by(Cycle.year.desc(), Cycle.id.desc())
    ).all()
