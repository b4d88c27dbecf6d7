"""Colours keep their distance, in the light and in the dark scheme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "pb_portal" / "static" / "src" / "css"
TOKENS = (CSS / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media screen and (prefers-color-scheme: dark)")
DARK = DARK.split("@media")[0]

TEXT = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-soft", "link")
        for ground in ("paper", "sheet", "inset")
    ],
    *[(ink, "map-area") for ink in ("ink", "ink-soft")],
    *[("ink", f"{tone}-wash") for tone in ("action", "now", "done", "warn", "stop")],
    *[(f"{tone}", f"{tone}-wash") for tone in ("done", "warn", "stop")],
    *[
        (tone, ground)
        for tone in ("done", "warn", "stop", "now-ink")
        for ground in ("paper", "sheet")
    ],
    ("ink-soft", "now-wash"),
    ("ink-soft", "action-wash"),
    ("link", "action-wash"),
    ("now-ink", "now-wash"),
    ("on-action", "action"),
    ("on-action", "action-strong"),
    ("on-now", "now"),
    ("on-now", "now-strong"),
    ("on-deep", "deep"),
    ("on-deep", "deep-2"),
    ("on-deep-soft", "deep"),
    ("now", "deep"),
    ("deep", "on-deep-soft"),
]
CONTROLS = [
    ("control", "paper"),
    ("control", "sheet"),
    ("control", "inset"),
    ("action", "paper"),
    ("action", "sheet"),
    ("stop", "paper"),
    ("focus", "paper"),
    ("focus", "sheet"),
    ("deep-line", "deep"),
    ("focus-halo", "focus"),
]


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in CONTROLS],
)
def test_a_colour_stands_out_from_its_ground(
    scheme: str, front: str, ground: str, least: float
) -> None:
    tokens = _tokens(LIGHT)
    if scheme == "dark":
        tokens |= _tokens(DARK)
    assert _contrast(tokens[front], tokens[ground]) >= least


def test_colours_are_written_in_the_tokens_file_alone() -> None:
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(")
    strays = [
        f"{path.relative_to(CSS)}:{number}"
        for path in CSS.rglob("*.css")
        if path.name != "tokens.css"
        for number, text in enumerate(path.read_text().splitlines(), 1)
        if literal.search(text)
    ]
    assert strays == []
