"""The marks of a ballot page, as its form sends them, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from pb_portal.domain.ballots import POINTS, RANKING
from pb_portal.domain.refusal import Refusal

PREFIXES = {POINTS: "points-", RANKING: "place-"}
NUMBER, FIGURE = re.compile(r"-?[0-9]{1,39}"), re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Marks:
    """What is marked: choices (of a ranking in the voter's order) with their points, and the one
    other area looked at."""

    choices: tuple[int, ...] = ()
    points: tuple[int, ...] = ()
    other: int | None = None

    def typed(self, kind: str) -> Typed:
        """As they stand in the controls of the page."""
        if kind == POINTS:
            return tuple(
                (one, str(given)) for one, given in zip(self.choices, self.points, strict=True)
            )
        if kind == RANKING:
            return tuple((one, str(place)) for place, one in enumerate(self.choices, 1))
        return tuple((one, "1") for one in self.choices)

    def only(self, stay: Container[int], other: int | None) -> Marks:
        """These of the marks, with another area looked at."""
        kept = [at for at, one in enumerate(self.choices) if one in stay]
        points = tuple(self.points[at] for at in kept) if self.points else ()
        return Marks(tuple(self.choices[at] for at in kept), points, other)


Typed = tuple[tuple[int, str], ...]
"""Proposal and what stands in its control; kept as typed when a rule refuses it."""


def typed_in(kind: str, fields: Iterable[tuple[str, str]]) -> Typed:
    """What a form says about proposals; empty controls are left out."""
    found = []
    for name, value in fields:
        one = _proposal(_named(kind, name, value))
        mark = value.strip() if kind in PREFIXES else "1"
        if one is not None and mark not in ("", "0"):
            found.append((one, mark))
    return tuple(found)


def read(kind: str, typed: Typed, other: int | None = None) -> Marks:
    """The marks that were meant. Refuses points that are no number and a place given twice."""
    figures = [(one, _figure(mark)) for one, mark in typed]
    if kind == POINTS:
        given = [(one, figure) for one, figure in figures if figure]
        return Marks(tuple(one for one, _ in given), tuple(figure for _, figure in given), other)
    if kind == RANKING:
        places = [place for _, place in figures]
        for place in places:
            if places.count(place) > 1:
                raise Refusal("ballot.place_taken", place=place)
        figures.sort(key=lambda pair: pair[1])
    return Marks(tuple(one for one, _ in figures), (), other)


def moved(choices: tuple[int, ...], step: str) -> tuple[int, ...]:
    """A ranking with one proposal a place up or down: `up-12`, `down-12`."""
    way, _, name = step.partition("-")
    one, order = _proposal(name), list(choices)
    if one not in order:
        return choices
    at = order.index(one)
    to = max(0, at - 1) if way == "up" else min(len(order) - 1, at + 1)
    order[at], order[to] = order[to], order[at]
    return tuple(order)


def _named(kind: str, name: str, value: str) -> str:
    """Of which proposal a field speaks."""
    prefix = PREFIXES.get(kind)
    if prefix is None:
        return value if name == "choice" else ""
    return name.removeprefix(prefix) if name.startswith(prefix) else ""


def _proposal(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) else None


def _figure(mark: str) -> int:
    if not FIGURE.fullmatch(mark):
        raise Refusal("ballot.figure")
    return int(mark)
