"""Districts of the city itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.places.models import Area


def city_areas(session: Session) -> Sequence[Area]:
    """Not those of imported elections."""
    imported = select(Cycle.city).where(Cycle.is_imported)
    query = select(Area).where(Area.city.not_in(imported)).order_by(Area.sort, Area.id)
    return session.scalars(query).all()
