"""Outlines of areas as paths of a small schematic map."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 400
MARGIN = 4

Ring = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Shapes:
    """A drawing: the viewBox, and for each area its path and where its number stands."""

    box: str
    paths: dict[str, str]
    labels: dict[str, tuple[float, float]]


def outlines(areas: Iterable[Mapping[str, Any]]) -> Shapes | None:
    """Draw areas given as {"slug", "outline": GeoJSON geometry}; None when none has an outline.

    An equirectangular projection at the drawing's middle latitude: good for a city.
    """
    rings = {area["slug"]: _rings(area["outline"]) for area in areas if area.get("outline")}
    points = [point for found in rings.values() for ring in found for point in ring]
    if not points:
        return None
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * squeeze, 1e-9)

    def place(point: Sequence[float]) -> tuple[float, float]:
        return (
            round((point[0] - west) * squeeze * scale, 1),
            round((north - point[1]) * scale, 1),
        )

    height = (north - south) * scale
    return Shapes(
        box=f"{-MARGIN} {-MARGIN} {WIDTH + 2 * MARGIN} {height + 2 * MARGIN:.0f}",
        paths={slug: "".join(_path(map(place, ring)) for ring in f) for slug, f in rings.items()},
        labels={slug: place(_middle(max(f, key=len))) for slug, f in rings.items()},
    )


def _rings(geometry: Mapping[str, Any]) -> list[Ring]:
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return [polygon[0] for polygon in polygons]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


def _middle(ring: Ring) -> tuple[float, float]:
    """Centroid of a ring (shoelace formula)."""
    area = x = y = 0.0
    for (x0, y0, *_), (x1, y1, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross
        x += (x0 + x1) * cross
        y += (y0 + y1) * cross
    return (x / (3 * area), y / (3 * area)) if area else (ring[0][0], ring[0][1])
