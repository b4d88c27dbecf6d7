"""Projects as they stood at a moment, told from the history of their states, dates and photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pb_portal.cycles.models import Category, Cycle
from pb_portal.domain.project_states import ProjectState, Sector
from pb_portal.domain.report import Moment
from pb_portal.files.models import StoredFile
from pb_portal.places.models import Area
from pb_portal.projects.models import DateShift, Project, ProjectEvent, ProjectPhoto, WorkType
from pb_portal.reports.choice import Choice

Selected = TypeVar("Selected")
SECTORS = list(map(str, Sector))
WORTH = {"before": 0, "during": 1, "after": 2}


@dataclass(frozen=True)
class Picture:
    """The photo that shows the project best, as of the moment."""

    file_id: int
    stage: str


@dataclass(frozen=True)
class Standing:
    """One project at the moment."""

    id: int
    number: int
    title: str
    sector: str
    area: str
    category: str
    kind: str
    """The type of work, or the category where no type is known."""
    origin: str
    address: str
    lat: float | None
    lon: float | None
    status: str
    promised_on: date
    due_on: date
    completed_on: date | None
    reason: str
    promised_sum: int
    currency: str
    minor_units: int
    picture: Picture | None


@dataclass(frozen=True)
class Until:
    """Facts up to an instant count; the city's clock says which day they fall on."""

    instant: datetime
    zone: ZoneInfo

    def day_of(self, at: datetime) -> date:
        """The city's day."""
        return at.astimezone(self.zone).date()


def until(moment: Moment, zone: ZoneInfo, now: datetime) -> Until:
    """The end of the day of the facts, or now while that day goes on."""
    if moment.is_ahead:
        return Until(now, zone)
    return Until(datetime.combine(moment.as_of + timedelta(days=1), time(), zone), zone)


def first_day(session: Session, zone: ZoneInfo) -> date | None:
    """The day the first project was made."""
    first = session.scalar(_ours(select(func.min(Project.created_at)).select_from(Project)))
    return first.astimezone(zone).date() if first else None


def areas(session: Session) -> Sequence[Area]:
    """Districts that have projects, in the city's order."""
    having = _ours(select(Project.area_id).select_from(Project))
    return session.scalars(
        select(Area).where(Area.id.in_(having)).order_by(Area.sort, Area.id)
    ).all()


def count_districts(session: Session, instant: datetime) -> int:
    """How many districts the city had at a moment, with projects or without."""
    having = _ours(select(Project.area_id).select_from(Project))
    cities = select(Area.city).where(Area.id.in_(having))
    standing = or_(Area.retired_at.is_(None), Area.retired_at > instant, Area.id.in_(having))
    counted = select(func.count()).select_from(Area).where(Area.city.in_(cities), standing)
    return session.scalar(counted) or 0


def newest_cycle(session: Session) -> str:
    """The cycle whose districts a map outlines; "" while no project has one."""
    having = _ours(select(Project.cycle_id).select_from(Project))
    query = select(Cycle.slug).where(Cycle.id.in_(having)).order_by(Cycle.year.desc(), Cycle.id)
    return session.scalars(query.limit(1)).first() or ""


def kinds(session: Session) -> list[tuple[str, dict[str, str]]]:
    """Types of work, then categories, with their names, in the catalogues' order."""
    types = sorted(
        session.scalars(select(WorkType).order_by(WorkType.sort, WorkType.id)),
        key=lambda row: SECTORS.index(row.sector),
    )
    categories = session.scalars(select(Category).order_by(Category.sort, Category.id))
    return [
        *((kind_of(row.code, ""), row.names) for row in types),
        *((row.code, row.names) for row in categories),
    ]


def kind_of(work_type: str | None, category: str) -> str:
    """One code for both catalogues."""
    return f"type:{work_type}" if work_type else category


def standing(session: Session, choice: Choice, until: Until) -> list[Standing]:
    """Projects of the chosen sectors, districts and sources, as they stood."""
    chosen = _chosen(choice, until)
    first, last = _events(session, chosen, until)
    moved, reasons = _dates(session, chosen, until)
    pictures = _pictures(session, chosen, until)
    rows = session.execute(
        chosen.with_only_columns(
            Project,
            Area.code,
            func.coalesce(Category.code, ""),
            WorkType.code,
            Cycle.currency,
            Cycle.minor_units,
        )
        .outerjoin(WorkType, WorkType.id == Project.work_type_id)
        .outerjoin(Category, Category.id == Project.category_id)
        .order_by(Project.number)
    )
    found = []
    for project, area, category, work_type, currency, minor_units in rows:
        event = last.get(project.id)
        status = event.target if event else first.get(project.id, project.status)
        completed = event is not None and event.target == ProjectState.COMPLETED
        found.append(
            Standing(
                id=project.id,
                number=project.number,
                title=project.title,
                sector=project.sector,
                area=area,
                category=category,
                kind=kind_of(work_type, category),
                origin=project.origin,
                address=project.address,
                lat=project.lat,
                lon=project.lon,
                status=str(status),
                promised_on=project.promised_on,
                due_on=moved.get(project.id, project.due_on),
                completed_on=until.day_of(event.at) if event and completed else None,
                reason=(event.reason if event else "") or reasons.get(project.id, ""),
                promised_sum=project.promised_sum,
                currency=currency or "KZT",
                minor_units=minor_units or 0,
                picture=pictures.get(project.id),
            )
        )
    return found


def stored(session: Session, ids: set[int]) -> dict[int, StoredFile]:
    """The files of pictures by id."""
    rows = session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)))
    return {row.id: row for row in rows}


def _ours(query: Select[Selected]) -> Select[Selected]:
    """Without the projects of imported elections, which are no city's work."""
    return query.outerjoin(Cycle, Cycle.id == Project.cycle_id).where(
        or_(Cycle.id.is_(None), Cycle.is_imported.is_(False))
    )


def _chosen(choice: Choice, until: Until) -> Select[int]:
    return (
        _ours(select(Project.id))
        .join(Area, Area.id == Project.area_id)
        .where(
            Project.created_at < until.instant,
            Project.sector.in_(choice.sectors),
            Project.origin.in_(choice.origins),
            Area.code.in_(choice.areas),
        )
    )


def _events(
    session: Session, chosen: Select[int], until: Until
) -> tuple[dict[int, str], dict[int, Row[int, str, datetime, str]]]:
    """The state before the first step of each project, and its last step by the moment."""
    own = ProjectEvent.project_id.in_(chosen)
    beginnings = select(func.min(ProjectEvent.id)).where(own).group_by(ProjectEvent.project_id)
    first = {
        row.project_id: row.origin
        for row in session.execute(
            select(ProjectEvent.project_id, ProjectEvent.origin).where(
                ProjectEvent.id.in_(beginnings)
            )
        )
    }
    latest = (
        select(func.max(ProjectEvent.id))
        .where(own, ProjectEvent.at < until.instant)
        .group_by(ProjectEvent.project_id)
    )
    rows = session.execute(
        select(
            ProjectEvent.project_id, ProjectEvent.target, ProjectEvent.at, ProjectEvent.reason
        ).where(ProjectEvent.id.in_(latest))
    )
    return first, {row.project_id: row for row in rows}


def _dates(
    session: Session, chosen: Select[int], until: Until
) -> tuple[dict[int, date], dict[int, str]]:
    """Dates that moved only after the moment, as they were; and why dates had moved by then."""
    own = DateShift.project_id.in_(chosen)
    after, before = aliased(DateShift), aliased(DateShift)
    later = (
        select(func.min(DateShift.id))
        .where(own, DateShift.at >= until.instant)
        .group_by(DateShift.project_id)
    )
    moved = session.execute(select(after.project_id, after.old_on).where(after.id.in_(later)))
    earlier = (
        select(func.max(DateShift.id))
        .where(own, DateShift.at < until.instant)
        .group_by(DateShift.project_id)
    )
    reasons = session.execute(
        select(before.project_id, before.reason).where(before.id.in_(earlier))
    )
    return (
        {row.project_id: row.old_on for row in moved},
        {row.project_id: row.reason for row in reasons},
    )


def _pictures(session: Session, chosen: Select[int], until: Until) -> dict[int, Picture]:
    """The newest photo of the latest stage, for each project."""
    rows = session.execute(
        select(ProjectPhoto.project_id, ProjectPhoto.stage, ProjectPhoto.file_id)
        .join(StoredFile, and_(StoredFile.id == ProjectPhoto.file_id, StoredFile.public))
        .where(ProjectPhoto.project_id.in_(chosen), ProjectPhoto.at < until.instant)
        .order_by(ProjectPhoto.id)
    ).all()
    ranked = sorted(rows, key=lambda row: WORTH[row.stage])
    return {row.project_id: Picture(row.file_id, row.stage) for row in ranked}
