"""What changed between two sent versions of a proposal, field by field and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

FIELDS = ("title", "category", "problem", "solution", "place", "estimate", "photos")
_PLACE = ("address", "lat", "lon", "area")
_TOKENS = re.compile(r"\n|[^\S\n]+|[^\W_]+|.", re.UNICODE)
MOST_TOKENS = 4000
"""Beyond it whole lines are compared: word by word would take the server a while."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text: kept, added or removed."""

    kind: str
    text: str


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of `FIELDS` that differ, in their order."""
    return [name for name in FIELDS if _part(before, name) != _part(after, name)]


def word_changes(before: str, after: str) -> list[Piece]:
    """The two texts as one: what stayed, what went, what came."""
    old, new = _tokens(before), _tokens(after)
    if len(old) + len(new) > MOST_TOKENS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_joined(_raw(old, new)))


def _raw(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("kept", "".join(old[i:j]))
            continue
        if j > i:
            yield Piece("removed", "".join(old[i:j]))
        if m > k:
            yield Piece("added", "".join(new[k:m]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Take a lone space between two changes into them, so that a phrase reads as a phrase."""
    found = list(pieces)
    gone, come = "", ""
    for place, piece in enumerate(found):
        last = place == len(found) - 1
        if piece.kind == "removed":
            gone += piece.text
        elif piece.kind == "added":
            come += piece.text
        elif piece.text.isspace() and "\n" not in piece.text and not last and (gone or come):
            gone, come = gone + piece.text, come + piece.text
        else:
            yield from _change(gone, come)
            gone = come = ""
            yield piece
    yield from _change(gone, come)


def _change(gone: str, come: str) -> Iterator[Piece]:
    if gone.strip():
        yield Piece("removed", gone)
    if come:
        yield Piece("added" if come.strip() or not gone.strip() else "kept", come)


def _tokens(text: str) -> list[str]:
    return _TOKENS.findall(text)


def _part(content: Mapping[str, Any], name: str) -> Any:
    if name == "place":
        return [content.get(key) for key in _PLACE]
    if name == "category":
        return (content.get("category") or {}).get("code")
    if name == "estimate":
        return [
            [line.get(key) for key in ("work_id", "title", "unit", "unit_price", "quantity")]
            for line in content.get("lines", ())
        ]
    if name == "photos":
        return [[shot.get("file"), shot.get("caption")] for shot in content.get("pictures", ())]
    return content.get(name, "")
