"""Works of other origin in the sample city: the city programme and investors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.demo.city import DISTRICTS
from pb_portal.demo.cycles import City
from pb_portal.demo.people import People
from pb_portal.demo.proposals import point_in
from pb_portal.demo.texts import OTHER_WORKS, SHIFTS
from pb_portal.domain.project_states import PATH, ProjectState
from pb_portal.files.models import StoredFile
from pb_portal.projects.models import DateShift, Project, ProjectEvent, ProjectPhoto, WorkType

Album = dict[tuple[str, str], StoredFile]
"""Stored pictures by category and stage; several projects share a picture."""

YEAR = timedelta(days=300)
# sector, origin, days from now to the date promised first; those before now had it moved
NEXT_YEAR = (
    ("social", "city_programme", -75), ("industry", "investor", 190), ("utilities", "city_programme", -70),
    ("social", "city_programme", 200), ("industry", "investor", 240), ("utilities", "city_programme", 170),
    ("infrastructure", "city_programme", 150), ("social", "city_programme", 320),
    ("industry", "investor", 300), ("infrastructure", "city_programme", -60),
)  # fmt: skip
# title → type of work, and the category whose pictures suit it
KINDS = {
    "Школа на 1 200 мест": ("school", ""),
    "Пристройка к школе на 300 мест": ("school", ""),
    "Детский сад на 240 мест": ("kindergarten", ""),
    "Центр активного долголетия": ("active_ageing_centre", ""),
    "Специализированный учебный корпус": ("special_institution", ""),
    "Пешеходная зона": ("pedestrian_zone", "sidewalk_improvement"),
    "Благоустройство сквера": ("square", "landscaping"),
    "Благоустройство двора": ("courtyard", "playgrounds"),
    "Освещение улицы": ("lighting", "common_lighting"),
    "Производственная площадка: упаковка": ("production_site", ""),
    "Цех мебельной фурнитуры": ("production_site", ""),
    "Линия пищевого производства": ("production_site", ""),
    "Замена водопровода": ("water_supply", ""),
    "Новая канализационная линия": ("sewerage", ""),
    "Реконструкция теплотрассы": ("heating_mains", ""),
}
TENS_OF_MILLIONS = {
    "social": (90, 480),
    "infrastructure": (4, 30),
    "industry": (30, 120),
    "utilities": (25, 90),
}


@dataclass(frozen=True)
class Work:
    """A work to make: when it is promised, and when it was or will be ready, if it is known."""

    sector: str
    origin: str
    number: int
    place: int
    promised_on: date
    ready: date | None


def load_works(session: Session, city: City, people: People, at: datetime, chance: Random) -> None:
    """Works that go on into the next year; some are later than promised."""
    for number, (sector, origin, days) in enumerate(NEXT_YEAR, start=1):
        promised = at.date() + timedelta(days=days)
        work = Work(sector, origin, number, number, promised, None)
        project = make_work(session, city, people, work, at, chance)
        if days < 0:
            project.due_on = at.date() + timedelta(days=90 - days)
            project.shifts.append(
                DateShift(
                    old_on=promised,
                    new_on=project.due_on,
                    reason=chance.choice(SHIFTS)["ru"],
                    at=datetime.combine(promised, time(6), UTC) - timedelta(days=9),
                )
            )
    session.flush()


def make_work(
    session: Session,
    city: City,
    people: People,
    work: Work,
    at: datetime,
    chance: Random,
    album: Album | None = None,
) -> Project:
    """A project with its history up to now, and photos where its kind of works has pictures."""
    district = DISTRICTS[work.place % len(DISTRICTS)]
    words = OTHER_WORKS[work.sector][work.place // 3 % len(OTHER_WORKS[work.sector])]
    ru, kk = chance.choice(district.streets)
    house = chance.randint(1, 200)
    kazakh = work.place % 3 == 0
    lat, lon = point_in(district, chance)
    kind, code = KINDS[words["ru"]]
    ready = datetime.combine(work.ready, time(6), UTC) if work.ready else None
    done = ready is not None and ready < at
    project = Project(
        number=work.number,
        origin=work.origin,
        sector=work.sector,
        title=f"{words['kk']}, {kk} көшесі" if kazakh else f"{words['ru']}, ул. {ru}",
        summary=words["ru" if kazakh else "kk"],
        work_type_id=session.scalar(select(WorkType.id).where(WorkType.code == kind)),
        category_id=city.categories[code].id if code else None,
        area_id=city.areas[district.code].id,
        address=f"{kk} көшесі, {house}" if kazakh else f"ул. {ru}, {house}",
        lat=lat,
        lon=lon,
        status=ProjectState.COMPLETED if done else ProjectState.WORKS,
        progress=100 if done else chance.randint(35, 90),
        manager_id=people.by_role["manager"].id,
        promised_sum=chance.randint(*TENS_OF_MILLIONS[work.sector]) * 10_000_000,
        promised_on=work.promised_on,
        due_on=work.promised_on,
        created_at=(ready if ready and done else at) - YEAR,
        updated_at=at - timedelta(days=chance.randint(3, 25)),
        news_at=at - timedelta(days=chance.randint(3, 25)),
        is_sample=True,
    )
    _live(project, ready if ready and done else at - timedelta(days=chance.randint(30, 90)))
    for stage in ("before", "after") if done else ("before",):
        if album and code:
            moment = ready if stage == "after" and ready else project.created_at
            project.photos.append(ProjectPhoto(file=album[code, stage], stage=stage, at=moment))
    session.add(project)
    return project


def _live(project: Project, end: datetime) -> None:
    """Steps from the start to the present state, the last one at `end`."""
    steps = list(pairwise(PATH[: PATH.index(ProjectState(project.status)) + 1]))
    pace = (end - project.created_at) / (len(steps) + 1)
    for number, (origin, target) in enumerate(steps):
        moment = end - pace * (len(steps) - 1 - number)
        project.events.append(ProjectEvent(origin=origin, target=target, at=moment))
