"""Districts' boundaries from a GeoJSON file: read, checked against each other, made light."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import IO, Any, Protocol

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.validation import explain_validity

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import fold
from pb_portal.parsing import Size, parse

MOST_BYTES = 8 * 1024 * 1024
MOST_AREAS = 200
MOST_POINTS = 200_000
LANGUAGES = ("kk", "ru", "en")
LIGHT = 0.0001
"""Degrees (some ten metres) by which an outline may be straightened."""
OVERLAP = 0.01
"""Part of the smaller district that may lie in another: borders drawn twice are never equal."""


class District(Protocol):
    """What a district is known by."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def names(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class _Known:
    """A district, in the child."""

    id: int
    code: str
    names: dict[str, str]


@dataclass(frozen=True)
class Boundary:
    """One district of the file. `area_id` is the district it belongs to, None for a new one."""

    place: int
    code: str
    names: dict[str, str]
    outline: dict[str, Any]
    points: int
    area_id: int | None = None


@dataclass
class Reading:
    """What a file holds, and what is wrong with it: (place in the file, code, figures)."""

    found: list[Boundary] = field(default_factory=list)
    faults: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)

    def blame(self, place: int, code: str, **figures: Any) -> None:
        """Note a fault."""
        self.faults.append((place, code, figures))


def read_boundaries(data: bytes, areas: Iterable[District]) -> Reading:
    """Read a file against the districts there are, in a child process. Raises `Refusal` for what
    is no GeoJSON; every other fault is listed, and nothing may be taken over while there is one."""
    if len(data) > MOST_BYTES:
        raise Refusal("boundary.too_large", field="file", most=MOST_BYTES // 1024 // 1024)
    plain = parse(
        "pb_portal.places.boundaries:read_plain",
        data,
        lane="boundaries",
        size=Size(memory_mb=8),
        field="file",
        areas=[[area.id, area.code, dict(area.names)] for area in areas],
    )
    return Reading([Boundary(*one) for one in plain["found"]], [(*f,) for f in plain["faults"]])


def read_plain(source: IO[bytes], *, areas: list[tuple[int, str, dict[str, str]]]) -> Any:
    """The reader itself: a `Reading` as plain data."""
    reading = _read(source.read(), [_Known(*one) for one in areas])
    found = [[getattr(one, place.name) for place in fields(one)] for one in reading.found]
    return {"found": found, "faults": reading.faults}


def _read(data: bytes, areas: Sequence[District]) -> Reading:
    reading = Reading()
    shapes: dict[int, Polygon | MultiPolygon] = {}
    for place, feature in enumerate(_features(data), 1):
        outline = _shape(reading, place, feature)
        if outline is None:
            continue
        named = _names(feature)
        known = _known(areas, named, feature)
        names = {**(known.names if known else {}), **named}
        if not all(names.get(code) for code in LANGUAGES):
            reading.blame(place, "boundary.names")
            continue
        shapes[place] = outline
        code = known.code if known else _code(feature, place)
        reading.found.append(
            Boundary(place, code, names, {}, _size(outline), known.id if known else None)
        )
    _compare(reading, shapes)
    light = _lighter(shapes)
    reading.found = [
        Boundary(one.place, one.code, one.names, light[one.place], one.points, one.area_id)
        for one in reading.found
    ]
    return reading


def _features(data: bytes) -> list[Any]:
    try:
        value = json.loads(data.decode("utf-8-sig"))
        features = value["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refusal("boundary.unreadable", field="file") from None
    if not isinstance(features, list) or not 0 < len(features) <= MOST_AREAS:
        raise Refusal("boundary.unreadable", field="file")
    return features


def _shape(reading: Reading, place: int, feature: Any) -> Polygon | MultiPolygon | None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        reading.blame(place, "boundary.no_polygon")
        return None
    try:
        found = shape(dict(geometry or {}))
        ends = found.bounds
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.GEOSException):
        reading.blame(place, "boundary.no_polygon")
        return None
    if len(ends) != 4 or not all(math.isfinite(end) for end in ends):
        reading.blame(place, "boundary.no_polygon")
        return None
    if _size(found) > MOST_POINTS:
        raise Refusal("boundary.too_large", field="file", most=MOST_BYTES // 1024 // 1024)
    west, south, east, north = ends
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        reading.blame(place, "boundary.not_degrees")
        return None
    if not found.is_valid:
        reading.blame(place, "boundary.crosses", where=explain_validity(found)[:80])
        return None
    return found if isinstance(found, Polygon | MultiPolygon) else None


def _names(feature: Mapping[str, Any]) -> dict[str, str]:
    """`name_kk`, `name_ru`, `name_en`, or `names`/`name` with the languages inside."""
    properties = _properties(feature)
    held = (properties.get(key) for key in ("names", "name"))
    inside: Mapping[str, Any] = next((some for some in held if isinstance(some, dict)), {})
    found = {code: properties.get(f"name_{code}") or inside.get(code) for code in LANGUAGES}
    return {code: text.strip()[:160] for code, text in found.items() if isinstance(text, str)}


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _code(feature: Mapping[str, Any], place: int) -> str:
    properties = _properties(feature)
    typed = properties.get("code") or properties.get("slug") or feature.get("id") or ""
    kept = "".join(
        mark
        for mark in fold(str(typed))[:40]
        if mark.isascii() and (mark.isalnum() or mark in "-_")
    )
    return kept or f"area-{place}"


def _known(
    areas: Sequence[District], names: Mapping[str, str], feature: Mapping[str, Any]
) -> District | None:
    """The district meant: by its code, else by a name in any language."""
    code = _code(feature, 0)
    by_code = next((area for area in areas if area.code == code), None)
    if by_code:
        return by_code
    said = {_bare(name) for name in names.values()}
    return next((area for area in areas if said & {_bare(n) for n in area.names.values()}), None)


def _bare(name: str) -> str:
    """A district's name without the word for district."""
    return fold(name).removesuffix(" район").removesuffix(" ауданы").removesuffix(" district")


def _compare(reading: Reading, shapes: Mapping[int, Polygon | MultiPolygon]) -> None:
    """No two features for one district, no two districts on the same ground."""
    taken: dict[str, int] = {}
    for found in reading.found:
        if found.code in taken:
            reading.blame(found.place, "boundary.twice", other=taken[found.code])
        taken.setdefault(found.code, found.place)
    places = sorted(shapes)
    for index, first in enumerate(places):
        for second in places[index + 1 :]:
            one, other = shapes[first], shapes[second]
            if not one.intersects(other):
                continue
            part = one.intersection(other).area / max(min(one.area, other.area), 1e-12)
            if part > OVERLAP:
                reading.blame(second, "boundary.overlap", other=first, percent=round(part * 100))


def _lighter(shapes: Mapping[int, Polygon | MultiPolygon]) -> dict[int, dict[str, Any]]:
    """The outlines with fewer points; shared borders stay shared where the file shares them."""
    ordered = list(shapes)
    drawn: list[Any] = [shapes[place] for place in ordered]
    if drawn and shapely.coverage_is_valid(drawn):
        drawn = list(shapely.coverage_simplify(drawn, LIGHT))
    else:
        drawn = [one.simplify(LIGHT) for one in drawn]
    return {place: _plain(one) for place, one in zip(ordered, drawn, strict=True)}


def _plain(outline: Polygon | MultiPolygon) -> dict[str, Any]:
    rounded = shapely.set_precision(outline, 0.00001)
    kept = rounded if isinstance(rounded, Polygon | MultiPolygon) and rounded.area else outline
    value: dict[str, Any] = json.loads(json.dumps(mapping(kept)))
    return value


def _size(outline: Any) -> int:
    return int(shapely.get_num_coordinates(outline))
