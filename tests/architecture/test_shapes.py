"""A city's map draws itself from the outlines of its areas."""

from __future__ import annotations

from pb_portal.web.shapes import outlines


def square(west: float, south: float) -> dict[str, object]:
    east, north = west + 0.1, south + 0.1
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_areas_are_drawn_side_by_side_with_their_numbers_in_the_middle() -> None:
    shapes = outlines(
        [
            {"slug": "west", "outline": square(76.8, 43.2)},
            {"slug": "east", "outline": {"type": "MultiPolygon", "coordinates": [
                square(76.9, 43.2)["coordinates"]]}},
            {"slug": "unknown", "outline": None},
        ]
    )  # fmt: skip
    assert shapes is not None
    assert set(shapes.paths) == {"west", "east"}
    assert shapes.labels["west"][0] == 100
    assert shapes.labels["east"][0] == 300
    assert shapes.labels["west"][1] == shapes.labels["east"][1]


def test_a_city_without_outlines_has_no_drawing() -> None:
    assert outlines([{"slug": "a", "outline": None}]) is None
