"""Invented help desks: one in each district, one for the whole city."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from pb_portal.demo.city import DISTRICTS
from pb_portal.places.models import Area
from pb_portal.register.models import HelpDesk

HOURS = {
    "kk": "Дүйсенбі–жұма 9:00–18:30, сенбі 9:00–13:00; дауыс беру күндері 20:00-ге дейін",
    "ru": "Понедельник–пятница 9:00–18:30, суббота 9:00–13:00; в дни голосования до 20:00",
    "en": "Monday to Friday 9:00–18:30, Saturday 9:00–13:00; until 20:00 while the vote is open",
}


def load_help_desks(session: Session, areas: Mapping[str, Area]) -> None:
    """Make them."""
    session.flush()
    session.add(
        HelpDesk(
            names={
                "kk": "Қалалық анықтама телефоны",
                "ru": "Городская справочная линия",
                "en": "City help line",
            },
            addresses={
                "kk": "Тек телефон арқылы",
                "ru": "Только по телефону",
                "en": "By phone only",
            },
            hours=HOURS,
            phone="+7 700 000 01 00",
        )
    )
    for number, district in enumerate(DISTRICTS, 1):
        ru_street, kk_street = district.streets[0]
        house = 10 * number + 1
        session.add(
            HelpDesk(
                area_id=areas[district.code].id,
                names={
                    "kk": f"{district.kk} ауданының әкімдігі, 1-терезе",
                    "ru": f"Акимат: {district.ru} район, окно 1",
                    "en": f"{district.en} district akimat, window 1",
                },
                addresses={
                    "kk": f"{kk_street} көшесі, {house}",
                    "ru": f"улица {ru_street}, {house}",
                    "en": f"{house} {ru_street} street",
                },
                hours=HOURS,
                phone=f"+7 700 000 01 {number:02d}",
            )
        )
