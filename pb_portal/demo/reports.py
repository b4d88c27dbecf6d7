"""Reports of the sample city, and the works of the city programme they count.

The akimat announced more than sixty projects for Republic Day: 20 social, 32 infrastructure and
improvement, 9 industrial and 4 of utilities. Residents' winners are counted first; works of the
city programme make up the rest. What the report says is counted from all of them by the portal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.demo.cycles import City
from pb_portal.demo.people import People
from pb_portal.demo.works import Album, Work, make_work
from pb_portal.domain.report import HEADLINE, group_of
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project
from pb_portal.reports import edition, service
from pb_portal.reports.choice import Choice
from pb_portal.reports.edition import Asked
from pb_portal.reports.naming import city_day
from pb_portal.reports.queries import past

ANNOUNCED = {"social": 20, "infrastructure": 32, "industry": 9, "utilities": 4}
ORIGINS = ("participatory", "city_programme")
DAYS_BEFORE = 5
"""The report is published so many days before the date, while the last works are being ended."""


@dataclass(frozen=True)
class Calendar:
    """Republic Day of the sample's year, and when its report is published."""

    at: datetime
    zone: ZoneInfo

    @property
    def republic_day(self) -> date:
        """25 October."""
        return republic_day(self.at.date())

    @property
    def published(self) -> datetime:
        """Some days before it, or now while it is far ahead."""
        day = self.republic_day - timedelta(days=DAYS_BEFORE)
        return min(self.at, datetime.combine(day, time(11), self.zone))


def republic_day(today: date) -> date:
    """25 October of the sample's year."""
    return date(today.year, 10, 25)


def load_reports(
    session: Session,
    city: City,
    people: People,
    album: Album,
    root: Path,
    calendar: Calendar,
    chance: Random,
) -> None:
    """The works, then a report for City Day, if it was by then, and one for Republic Day."""
    _works(session, city, people, album, calendar, chance)
    earlier = city_day(calendar.republic_day.year)
    evening = datetime.combine(earlier, time(18), calendar.zone)
    days = [(earlier, evening)] if evening < calendar.published else []
    for day, moment in [*days, (calendar.republic_day, calendar.published)]:
        asked = Asked(_choice(session, day), moment, calendar.zone)
        made = edition.finish(session, asked, edition.draft(session, asked), root)
        by = Signature(people.by_role["manager"].actor(), moment)
        service.publish(session, by, made, is_sample=True)


def _choice(session: Session, day: date) -> Choice:
    codes = tuple(area.code for area in past.areas(session))
    return Choice(day, {}, codes, origins=ORIGINS)


def _works(
    session: Session, city: City, people: People, album: Album, calendar: Calendar, chance: Random
) -> None:
    """As many works of the city programme as are missing in each sector."""
    session.flush()
    there = _counted(session, calendar)
    number = session.scalar(select(func.max(Project.number))) or 0
    due = calendar.republic_day
    for sector, announced in ANNOUNCED.items():
        for place in range(max(0, announced - there[sector])):
            number += 1
            days = 2 if place % 5 == 0 else chance.randint(DAYS_BEFORE + 3, 150)
            work = Work(sector, "city_programme", number, place, due, due - timedelta(days=days))
            make_work(session, city, people, work, calendar.at, chance, album)
    session.flush()


def _counted(session: Session, calendar: Calendar) -> Counter[str]:
    """Projects by sector that the report would count already."""
    asked = Asked(_choice(session, calendar.republic_day), calendar.published, calendar.zone)
    until = past.until(asked.moment, asked.zone, asked.now)
    return Counter(
        one.sector
        for one in past.standing(session, asked.choice, until)
        if group_of(one.status, one.due_on, asked.moment) in HEADLINE
    )
