"""Words of a project as stored and as looked for."""

from __future__ import annotations

from pb_portal.domain.placeholders import is_placeholder
from pb_portal.domain.text import words

MOST_WORDS = 6
LONG = 6


def indexed(*texts: str) -> str:
    """Folded words with a space before each, so that a search finds beginnings only."""
    said = " ".join(text for text in texts if not is_placeholder(text))
    return "".join(f" {word}" for word in words(said))


def beginnings(asked: str) -> list[str]:
    """What to look for: the beginning of each word, since endings change in both languages."""
    return [
        f" {word[:-2] if len(word) >= LONG else word}" for word in words(asked[:200])[:MOST_WORDS]
    ]
