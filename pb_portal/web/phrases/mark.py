"""Marks a source string for translation without translating it yet."""

from __future__ import annotations

from dataclasses import dataclass

SENTENCES: dict[str, object] = {}


@dataclass(frozen=True)
class Sentence:
    """A source string with %(name)s places."""

    source: str


def N_(source: str) -> Sentence:
    """Mark `source` for extraction."""
    return Sentence(source)
