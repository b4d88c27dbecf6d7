"""Works of other origin in the sample city: the city programme and investors."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

from sqlalchemy.orm import Session

from pb_portal.demo.city import DISTRICTS
from pb_portal.demo.cycles import City
from pb_portal.demo.people import People
from pb_portal.demo.proposals import point_in
from pb_portal.demo.texts import OTHER_WORKS
from pb_portal.domain.project_states import PATH, ProjectState
from pb_portal.projects.models import Project, ProjectEvent

SECTOR_WORKS = {"social": 20, "industry": 9, "utilities": 4}


def load_works(session: Session, city: City, people: People, at: datetime, chance: Random) -> None:
    """Works of the city programme and of investors: 20 social, 9 industry, 4 utilities."""
    number = 1
    for sector, count in SECTOR_WORKS.items():
        for index in range(count):
            district = DISTRICTS[(number + index) % len(DISTRICTS)]
            words = OTHER_WORKS[sector][index % len(OTHER_WORKS[sector])]
            street = chance.choice(district.streets)[0]
            lat, lon = point_in(district, chance)
            done = chance.random() < 0.55
            due = date(at.year, 10, 25) if done else date(at.year + 1, 5, 1)
            project = Project(
                number=number,
                origin="investor" if sector == "industry" else "city_programme",
                sector=sector,
                title=f"{words['ru']}, ул. {street}",
                summary=words["kk"],
                area_id=city.areas[district.code].id,
                address=f"ул. {street}, {chance.randint(1, 200)}",
                lat=lat,
                lon=lon,
                status=ProjectState.COMPLETED if done else ProjectState.WORKS,
                progress=100 if done else chance.randint(35, 90),
                manager_id=people.by_role["manager"].id,
                promised_sum=chance.randint(300, 4_800) * 1_000_000,
                promised_on=due,
                due_on=due,
                created_at=at - timedelta(days=300),
                updated_at=at - timedelta(days=chance.randint(3, 25)),
                news_at=at - timedelta(days=chance.randint(3, 25)),
                is_sample=True,
            )
            moment = at - timedelta(days=280)
            route = PATH[: PATH.index(ProjectState(project.status)) + 1]
            for origin, target in pairwise(route):
                moment += timedelta(days=38)
                project.events.append(
                    ProjectEvent(origin=origin, target=target, at=min(moment, at))
                )
            session.add(project)
            number += 1
    session.flush()
