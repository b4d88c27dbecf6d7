"""Finding areas by name and by point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapely.geometry import Point, shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.places.models import Area

FAR = 0.03
"""Degrees beyond which a point is outside the city (about 3 km)."""


def areas_of_city(session: Session, city: str) -> Sequence[Area]:
    """The city's areas in their order."""
    return session.scalars(select(Area).where(Area.city == city).order_by(Area.sort, Area.id)).all()


def districts(session: Session) -> Sequence[Area]:
    """Areas with an outline: the districts of the city itself, not of imported elections."""
    return session.scalars(
        select(Area).where(Area.outline.is_not(None)).order_by(Area.sort, Area.id)
    ).all()


def get_area(session: Session, city: str, code: str) -> Area:
    """The area of this code; raises `Missing`."""
    found = session.scalars(select(Area).where(Area.city == city, Area.code == code)).one_or_none()
    if found is None:
        raise Missing("area")
    return found


def area_at(areas: Sequence[Area], lat: float, lon: float) -> Area | None:
    """The area that holds the point; one in a gap between outlines goes to the nearest; None
    when it is farther than `FAR` from every outline."""
    point = Point(lon, lat)
    ranked = [
        (shape(area.outline).distance(point), position)
        for position, area in enumerate(areas)
        if area.outline
    ]
    if not ranked:
        return None
    distance, position = min(ranked)
    return areas[position] if distance <= FAR else None


def inner_point(outline: dict[str, Any]) -> list[float]:
    """A point well inside an outline, longitude first, for its label."""
    point = shape(outline).representative_point()
    return [round(point.x, 5), round(point.y, 5)]
