"""The picture a shared link shows: title, state, sum and date, drawn in the project's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[1] / "static" / "dist" / "fonts"
SIZE = (1200, 630)
EDGE = 72
PAPER, SHEET, INK, SOFT = "#f6f1e6", "#fffdf9", "#14222e", "#4b5862"
DEEP, ON_DEEP, LINE = "#0a4854", "#fbf6ea", "#ddd3c2"
TONES = {
    "completed": "#34691f",
    "cancelled": "#9c331d",
    "planned": "#4b5862",
    "in_progress": "#0b5563",
}
MOST_LINES = 4


@dataclass(frozen=True)
class Card:
    """What stands on the picture; every text is ready to be drawn."""

    over: str
    title: str
    state: str
    word: str
    facts: tuple[tuple[str, str], ...]
    progress: int
    foot: str


def available() -> bool:
    """Whether the fonts are built."""
    return (FONTS / "Onest_700Bold.ttf").exists()


def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """The portal's own font, which has every Kazakh letter and ₸."""
    return ImageFont.truetype(str(FONTS / f"Onest_{weight}.ttf"), size)


@lru_cache(maxsize=256)
def draw(card: Card) -> bytes:
    """The picture as PNG."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    width, height = SIZE
    pen.rectangle((0, 0, width, 16), fill=DEEP)
    pen.text((EDGE, 62), _cut(pen, card.over, 30), font=font("400Regular", 30), fill=SOFT)
    _title(pen, card.title)
    _state(pen, card)
    left = EDGE
    for label, value in card.facts:
        pen.text((left, 452), label, font=font("400Regular", 26), fill=SOFT)
        pen.text((left, 486), value, font=font("700Bold", 38), fill=INK)
        wide = max(
            pen.textlength(label, font("400Regular", 26)),
            pen.textlength(value, font("700Bold", 38)),
        )
        left += int(wide) + 64
    pen.rectangle((0, height - 70, width, height), fill=DEEP)
    pen.text((EDGE, height - 53), card.foot, font=font("600SemiBold", 28), fill=ON_DEEP)
    buffer = BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _title(pen: ImageDraw.ImageDraw, title: str) -> None:
    for size in (64, 54, 46, 40):
        lines = wrapped(pen, title, font("700Bold", size))
        if len(lines) <= (2 if size == 64 else 3):
            break
    else:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1].rstrip(" .,") + "…"][:MOST_LINES]
    for number, line in enumerate(lines):
        top = 116 + number * int(size * 1.2)
        pen.text((EDGE, top), line, font=font("700Bold", size), fill=INK)


def wrapped(pen: ImageDraw.ImageDraw, text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """The text in lines no wider than the picture allows; an endless word is broken."""
    most = SIZE[0] - 2 * EDGE
    lines, line = [], ""
    for word in text.split():
        rest = word
        while pen.textlength(rest, face) > most:
            fits = next(
                n for n in range(len(rest), 0, -1) if pen.textlength(rest[:n], face) <= most
            )
            lines += [line, rest[:fits]] if line else [rest[:fits]]
            line, rest = "", rest[fits:]
        longer = f"{line} {rest}".strip()
        if pen.textlength(longer, face) <= most:
            line = longer
        else:
            lines.append(line)
            line = rest
    return [*lines, line] if line else lines


def _state(pen: ImageDraw.ImageDraw, card: Card) -> None:
    face, tone = font("600SemiBold", 32), TONES[card.state]
    wide = int(pen.textlength(card.word, face)) + 48
    pen.rounded_rectangle((EDGE, 356, EDGE + wide, 412), 28, fill=tone)
    pen.text((EDGE + 24, 364), card.word, font=face, fill=SHEET)
    left, right = EDGE + wide + 32, SIZE[0] - EDGE - 120
    pen.rounded_rectangle((left, 376, right, 392), 8, fill=LINE)
    if card.progress:
        end = left + max(16, (right - left) * card.progress // 100)
        pen.rounded_rectangle((left, 376, end, 392), 8, fill=tone)
    pen.text((right + 24, 364), f"{card.progress} %", font=face, fill=INK)


def _cut(pen: ImageDraw.ImageDraw, text: str, size: int) -> str:
    face, most = font("400Regular", size), SIZE[0] - 2 * EDGE
    while pen.textlength(text, face) > most:
        text = text[:-2].rstrip() + "…"
    return text
