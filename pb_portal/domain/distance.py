"""Distances on the ground."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH = 6_371_000
DEGREE = 111_320
"""Metres in a degree of latitude, about."""


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> int:
    """Metres between two points along the ground (haversine)."""
    north, south = radians(lat), radians(other_lat)
    half = (
        sin((south - north) / 2) ** 2
        + cos(north) * cos(south) * sin(radians(other_lon - lon) / 2) ** 2
    )
    return round(2 * EARTH * asin(sqrt(half)))
