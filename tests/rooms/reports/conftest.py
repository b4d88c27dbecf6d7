"""Projects with a history, and people who report them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.domain.project_states import PATH
from pb_portal.domain.signature import Signature
from pb_portal.places.models import Area
from pb_portal.projects.models import Project, ProjectEvent
from pb_portal.reports import edition, service
from pb_portal.reports.choice import Choice
from pb_portal.reports.edition import Asked
from pb_portal.reports.models import Report
from tests.factories import make_area, make_person

ALMATY = ZoneInfo("Asia/Almaty")
DAY = date(2026, 10, 25)
START = datetime(2026, 1, 10, tzinfo=UTC)
NUMBERS = count(7000)


def noon(day: date) -> datetime:
    """The middle of the city's day."""
    return datetime.combine(day, datetime.min.time(), ALMATY) + timedelta(hours=12)


class Desk:
    """Makes projects, and reports of them."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.manager: Person = make_person(session, "manager")
        self.area: Area = make_area(session)

    def project(self, *, completed: datetime | None = None, **values: Any) -> Project:
        """In works since March, or completed at a moment."""
        number = next(NUMBERS)
        project = Project(
            **{
                "number": number,
                "origin": "city_programme",
                "sector": "social",
                "title": f"School {number}",
                "area_id": self.area.id,
                "status": "completed" if completed else "works",
                "promised_sum": 10_000_000,
                "promised_on": DAY,
                "due_on": DAY,
                "created_at": START,
                "updated_at": START,
                **values,
            }
        )
        path = PATH if completed else PATH[:5]
        for step, (origin, target) in enumerate(pairwise(path)):
            at = completed if target == "completed" and completed else START + timedelta(days=step)
            project.events.append(ProjectEvent(origin=origin, target=target, at=at))
        self.session.add(project)
        self.session.flush()
        return project

    def asked(self, now: datetime | None = None, number: int | None = None, **choice: Any) -> Asked:
        """A choice of everything."""
        values = {"day": DAY, "names": {}, "areas": (self.area.code,), **choice}
        return Asked(Choice(**values), now or noon(date(2026, 11, 20)), ALMATY, number)

    def data(self, now: datetime | None = None, **choice: Any) -> dict[str, Any]:
        """What a report would say."""
        return edition.draft(self.session, self.asked(now, **choice)).data

    def publish(self, asked: Asked | None = None) -> Report:
        """A published report."""
        asked = asked or self.asked()
        made = edition.finish(self.session, asked, edition.draft(self.session, asked), self.folder)
        return service.publish(self.session, Signature(self.manager.actor(), asked.now), made)


@pytest.fixture
def desk(app: Flask, session: Session, tmp_path: Path) -> Desk:
    """A desk with an empty city."""
    return Desk(session, tmp_path)
