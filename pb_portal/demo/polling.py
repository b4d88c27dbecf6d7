"""Where the sample city votes on paper: two polling points, and a batch printed for one of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import rules_of
from pb_portal.demo.people import People
from pb_portal.domain.signature import Signature
from pb_portal.voting.paper import service

HOURS = {"kk": "күн сайын 9:00–20:00", "ru": "ежедневно 9:00–20:00", "en": "every day 9:00–20:00"}
POINTS = (
    (
        "almaly", (43.2520, 76.9310),
        {"kk": "№ 54 мектеп (үлгі)", "ru": "Школа № 54 (пример)", "en": "School No. 54 (sample)"},
        {"kk": "Шевченко көшесі, 97", "ru": "улица Шевченко, 97", "en": "97 Shevchenko Street"},
    ),
    (
        "medeu", (43.2380, 76.9670),
        {"kk": "Достық кітапханасы (үлгі)", "ru": "Библиотека «Достык» (пример)",
         "en": "Dostyk library (sample)"},
        {"kk": "Достық даңғылы, 85", "ru": "проспект Достык, 85", "en": "85 Dostyk Avenue"},
    ),
)  # fmt: skip
BALLOTS = 20


def load_polling(session: Session, cycle: Cycle, people: People, at: datetime) -> None:
    """Open the points and print a batch for the first; it waits to be handed over."""
    by = Signature(people.by_role["registrar"].actor(), at)
    staff = [people.by_role[role].id for role in ("registrar", "registrar2", "registrar3")]
    districts = {part.area.code: part.area_id for part in cycle.areas}
    points = [
        service.save_point(
            session,
            by,
            cycle,
            service.PointData(districts[district], names, addresses, HOURS, place, staff),
        )
        for district, place, names, addresses in POINTS
    ]
    service.print_batch(session, by, points[0], rules_of(cycle), BALLOTS)
