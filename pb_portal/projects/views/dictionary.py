"""Words of the dictionaries in the person's language, and the way back from a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.project_states import Sector
from pb_portal.domain.signature import Actor
from pb_portal.places.models import Area
from pb_portal.projects.models import WorkType
from pb_portal.projects.queries.areas import city_areas
from pb_portal.projects.service.works import FUNDING, ORIGINS, UNITS
from pb_portal.web.i18n import LOCALES, local
from pb_portal.web.phrases.projects import funding_word, origin_word, sector_word
from pb_portal.web.phrases.proposals import unit_name

Choices = list[tuple[str, str]]


def work_types(session: Session) -> Sequence[WorkType]:
    """Types in use, by sector."""
    query = select(WorkType).where(WorkType.retired.is_(False))
    return session.scalars(query.order_by(WorkType.sector, WorkType.sort, WorkType.id)).all()


def areas_for(session: Session, actor: Actor) -> Sequence[Area]:
    """Districts of the city in which the person delivers."""
    mine = areas_of(actor, P.DELIVER)
    return [area for area in city_areas(session) if mine is None or area.id in mine]


def choices(session: Session, actor: Actor) -> dict[str, Choices]:
    """What the fields of a work may be, (value, word)."""
    types = [
        (str(row.id), f"{sector_word(row.sector)}: {local(row.names)}")
        for row in work_types(session)
    ]
    return {
        "origin": [(str(code), origin_word(code)) for code in ORIGINS],
        "funding": [(code, funding_word(code)) for code in FUNDING],
        "sector": [(str(code), sector_word(code)) for code in Sector],
        "work_type": [("", "—"), *types],
        "area": [(str(area.id), local(area.names)) for area in areas_for(session, actor)],
        "line_unit": [("", "—"), *((code, unit_name(code)) for code in UNITS)],
    }


class Dictionary:
    """Finds codes by their words in any of the portal's languages, or by the code itself."""

    def __init__(self, session: Session) -> None:
        self.areas = {
            _key(word): area.id
            for area in city_areas(session)
            for word in (*area.names.values(), area.code)
        }
        types = work_types(session)
        self.types = {
            (row.sector, _key(word)): row.id
            for row in types
            for word in (*row.names.values(), row.code)
        }
        self.origins = _every_language(ORIGINS, origin_word)
        self.funding = _every_language(FUNDING, funding_word)
        self.sectors = _every_language(list(Sector), sector_word)
        self.units = _every_language(UNITS, unit_name)


def _every_language(codes: Sequence[Any], word: Any) -> dict[str, str]:
    found = {_key(str(code)): str(code) for code in codes}
    for locale in LOCALES:
        with force_locale(locale):
            found |= {_key(word(code)): str(code) for code in codes}
    return found


def _key(word: object) -> str:
    return " ".join(str(word or "").casefold().split())


find_key = _key
