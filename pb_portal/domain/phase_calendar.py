"""Changing a cycle's calendar: which phases move when one ends later or earlier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from pb_portal.domain.phases import PhaseKind, Span
from pb_portal.domain.refusal import Refusal

DAY = timedelta(days=1)
ZERO = timedelta()


class Following(StrEnum):
    """What becomes of the phases after the one that is changed."""

    MOVE = "move"
    """All of them move by the same time and keep their length."""
    NEXT = "next"
    """The next one begins at the new end and keeps its own end; the others stay."""
    KEEP = "keep"
    """They keep their dates; a change that lets phases overlap is refused."""


@dataclass(frozen=True)
class Limits:
    """How much one extension may add, in days: asked about explicitly above the first figure,
    refused above the second."""

    ask_above: int = 31
    most: int = 180


@dataclass(frozen=True)
class Dates:
    """A phase and its dates, as a `Span`."""

    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Move:
    """The dates of one phase before and after a change."""

    before: Dates
    after: Dates

    @property
    def days(self) -> int:
        """By how many days the end moves; a begun day counts, and earlier is below zero."""
        return days_between(self.before.ends_at, self.after.ends_at)


@dataclass(frozen=True)
class Fault:
    """Two phases that follow each other with an overlap or a gap."""

    kind: str
    """overlap or gap."""
    first: str
    second: str
    size: timedelta


def days_between(former: datetime, later: datetime) -> int:
    """Days from one moment to another, a begun day counted as a whole one."""
    apart = abs(later - former)
    whole = -(-apart // DAY)
    return whole if later >= former else -whole


def find_faults(spans: Iterable[Span]) -> list[Fault]:
    """Overlaps and gaps of a calendar, in the order of its phases.

    Between the result and the works there may be a pause: contracts are made then.
    """
    ordered = sorted(spans, key=lambda span: (span.starts_at, span.ends_at))
    apart = [(one, two, two.starts_at - one.ends_at) for one, two in pairwise(ordered)]
    return [
        Fault("gap" if size > ZERO else "overlap", first.kind, second.kind, abs(size))
        for first, second, size in apart
        if size < ZERO or (size > ZERO and second.kind != PhaseKind.DELIVERY)
    ]


def plan_end(
    spans: Iterable[Span], kind: str, ends_at: datetime, at: datetime, following: Following
) -> list[Move]:
    """Every phase whose dates change when the phase of this kind ends at another moment, in order.

    Refuses to move a phase that has begun (`phase.next_begun`), to leave nothing of the next one
    (`phase.no_room`), and whatever would let phases overlap or leave a gap that was not there.
    """
    ordered = [_dates(span) for span in sorted(spans, key=lambda span: span.starts_at)]
    place = next(index for index, span in enumerate(ordered) if span.kind == kind)
    changed, later = ordered[place], ordered[place + 1 :]
    moves = [Move(changed, Dates(kind, changed.starts_at, ends_at))]
    if following == Following.MOVE:
        shift = ends_at - changed.ends_at
        moves += [
            Move(span, Dates(span.kind, span.starts_at + shift, span.ends_at + shift))
            for span in later
        ]
    elif following == Following.NEXT and later:
        moves += _move_next(changed, later[0], ends_at)
    if any(move.before.starts_at <= at for move in moves[1:]):
        raise Refusal("phase.next_begun", field="following")
    _refuse_new_faults(ordered, moves)
    return moves


def _dates(span: Span) -> Dates:
    return Dates(span.kind, span.starts_at, span.ends_at)


def _move_next(changed: Dates, following: Dates, ends_at: datetime) -> list[Move]:
    adjoins = following.starts_at <= changed.ends_at
    begins = ends_at if adjoins else max(following.starts_at, ends_at)
    if begins == following.starts_at:
        return []
    if following.ends_at - begins < DAY:
        raise Refusal("phase.no_room", field="following")
    return [Move(following, Dates(following.kind, begins, following.ends_at))]


def _refuse_new_faults(ordered: Sequence[Dates], moves: Sequence[Move]) -> None:
    after = {move.after.kind: move.after for move in moves}
    former = {(fault.kind, fault.first, fault.second): fault.size for fault in find_faults(ordered)}
    for fault in find_faults(after.get(span.kind, span) for span in ordered):
        if fault.size > former.get((fault.kind, fault.first, fault.second), ZERO):
            raise Refusal(f"phase.{fault.kind}", field="following")
