"""The VOTES section: the long part of a file, read with little memory."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from pb_portal.tally.model import NOTHING, Ballot
from pb_portal.tally.pabulib.errors import Notice, PabulibError
from pb_portal.tally.pabulib.lines import Rows
from pb_portal.tally.pabulib.numbers import Number

#: More oddities of one kind than this are not listed one by one.
MAX_NOTICES: Final = 1000
_OWN: Final = frozenset(("voter_id", "vote", "points"))

Content = tuple[tuple[str, ...], tuple[Number, ...]]


def required_columns(vote_type: str) -> tuple[str, ...]:
    """What every line of votes of this kind must have."""
    points = ("points",) if vote_type in ("cumulative", "scoring") else ()
    return ("voter_id", "vote", *points)


class Votes:
    """Ballots as they are read; equal contents are parsed once and shared."""

    def __init__(
        self,
        projects: Container[str],
        vote_type: str,
        max_length: int | None,
        keep_voters: bool,
        notices: list[Notice],
    ) -> None:
        self.vote_type, self.max_length, self.notices = vote_type, max_length, notices
        self.ids = {one: one for one in projects} if isinstance(projects, dict) else {}
        self.limit = 1 if vote_type == "choose-1" else max_length or len(self.ids)
        self.keep = keep_voters
        self.required = required_columns(vote_type)
        self.with_points = "points" in self.required
        self.contents: dict[str, Content] = {}
        self.odd: dict[str, list[Notice]] = {}
        self.weights: dict[str, int] = {}
        self.listed: list[tuple[str, str, dict[str, str]]] = []
        self.seen: set[str] = set()
        self.voters = 0

    def columns(self, columns: list[str]) -> None:
        self.names = columns
        self.voter_at, self.vote_at = columns.index("voter_id"), columns.index("vote")
        self.points_at = columns.index("points") if self.with_points else -1
        self.others = [(at, name) for at, name in enumerate(columns) if name not in _OWN]

    def take(self, rows: Iterator[list[str]], source: Rows, width: int) -> None:
        """Read all ballots that follow."""
        weights, seen, odd = self.weights, self.seen, self.odd
        voter_at, vote_at, points_at = self.voter_at, self.vote_at, self.points_at
        for row in rows:
            if len(row) != width:
                if not any(row):
                    continue
                if len(row) < width or any(row[width:]):
                    self.refuse_row(row, source.line, width)
            voter = row[voter_at].strip()
            if voter in seen or not voter:
                self.refuse_voter(voter, source.line)
            seen.add(voter)
            key = row[vote_at] if points_at < 0 else f"{row[vote_at]};{row[points_at]}"
            if key not in weights:
                weights[key] = 0
                self.parse(key, source.line)
            if odd and key in odd:
                self.repeat(key, source.line)
            weights[key] += 1
            if self.keep:
                extra = {name: value for at, name in self.others if (value := row[at].strip())}
                self.listed.append((voter, key, extra))
        self.voters = len(seen)
        seen.clear()

    def refuse_voter(self, voter: str, line: int) -> None:
        if voter:
            raise PabulibError("duplicate_voter", line, voter=voter)
        raise PabulibError("empty_id", line, field="voter_id")

    def refuse_row(self, row: list[str], line: int, width: int) -> None:
        word = row[0].strip().upper()
        if len(row) == 1 and word in ("META", "PROJECTS", "VOTES"):
            raise PabulibError("duplicate_section", line, section=word)
        raise PabulibError("field_count", line, found=len(row), expected=width)

    def parse(self, key: str, line: int) -> None:
        """Read a ballot of a content not seen before."""
        vote, _, given = key.partition(";") if self.with_points else (key, "", "")
        named = [item for item in map(str.strip, vote.split(",")) if item]
        kept = dict(zip(reversed(named), range(len(named) - 1, -1, -1), strict=True))
        if not self.ids.keys() >= kept.keys():
            stranger = next(item for item in named if item not in self.ids)
            raise PabulibError("unknown_project", line, project=stranger)
        if len(kept) != len(named) or not kept or len(kept) > self.limit:
            self.inspect(key, named, kept, line)
        places = sorted(kept.values())
        choices = tuple([self.ids[named[place]] for place in places])
        points = self.points(given, len(named), line) if self.with_points else ()
        self.contents[key] = (choices, tuple([points[at] for at in places]) if points else ())

    def points(self, given: str, choices: int, line: int) -> list[Number]:
        items = filter(None, map(str.strip, given.split(",")))
        points = [Number(item, "points", line, negative=True) for item in items]
        if len(points) != choices:
            raise PabulibError("points_count", line, points=len(points), choices=choices)
        return points

    def inspect(self, key: str, named: list[str], kept: dict[str, int], line: int) -> None:
        """Note what is odd about a ballot, or refuse it."""
        twice = [item for at, item in enumerate(named) if kept[item] != at]
        for item in twice:
            self.note(key, Notice("repeated_choice", line, {"project": item}))
        if not kept:
            self.note(key, Notice("blank_vote", line, {}))
        if len(kept) > self.limit:
            params = {"choices": len(kept), "limit": self.limit}
            self.note(key, Notice("long_vote", line, params))

    def note(self, key: str, notice: Notice) -> None:
        self.odd.setdefault(key, []).append(notice)

    def repeat(self, key: str, line: int) -> None:
        """Every ballot with an oddity is named, not only the first of its kind."""
        if len(self.notices) < MAX_NOTICES:
            self.notices += [Notice(one.code, line, one.params) for one in self.odd[key]]

    def finish(self) -> tuple[int, tuple[Ballot, ...]]:
        """The scale of points and the ballots; with voters in the order of the file."""
        scale = max(
            (point.decimals for _, points in self.contents.values() for point in points), default=0
        )
        ready = {
            key: (choices, tuple(point.scaled(scale) for point in points))
            for key, (choices, points) in self.contents.items()
        }
        if self.keep:
            return scale, tuple(
                Ballot(*ready[key], voter_id=voter, extra=extra or NOTHING)
                for voter, key, extra in self.listed
            )
        joined: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
        for key, weight in self.weights.items():
            joined[ready[key]] = joined.get(ready[key], 0) + weight
        return scale, tuple(
            Ballot(choices, points, weight=weight) for (choices, points), weight in joined.items()
        )
