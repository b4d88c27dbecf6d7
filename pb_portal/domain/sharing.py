"""Sharing files out: each to whoever may review it and has the fewest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """A file to hand out: where it lies and whose it is."""

    id: int
    area_id: int | None
    author_id: int | None = None


@dataclass(frozen=True)
class Colleague:
    """Somebody who reviews: in these areas, or in the whole city (None)."""

    id: int
    areas: frozenset[int] | None

    def fits(self, file: File) -> bool:
        """Whether this person may review the file: in reach, and not an own proposal."""
        reached = self.areas is None or file.area_id in self.areas
        return reached and file.author_id != self.id


def share_evenly(
    files: Sequence[File], people: Sequence[Colleague], loads: Mapping[int, int]
) -> dict[int, int]:
    """Person by file. What few may review is handed out first; each goes to whoever has the
    fewest files then. A file that nobody may review is left out."""
    has = {person.id: loads.get(person.id, 0) for person in people}
    fitting = {file.id: [one.id for one in people if one.fits(file)] for file in files}
    given: dict[int, int] = {}
    for file in sorted(files, key=lambda one: len(fitting[one.id])):
        if not fitting[file.id]:
            continue
        chosen = min(fitting[file.id], key=lambda one: (has[one], one))
        has[chosen] += 1
        given[file.id] = chosen
    return given
