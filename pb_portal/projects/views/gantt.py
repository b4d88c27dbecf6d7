"""A plan drawn on the server: bars of projects along the months, in thousandths of the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pb_portal.projects.models import Milestone, Project

WIDTH = 1000
MONTHS_SHOWN = 8
"""At most about so many month marks, so that their words do not run into each other."""


@dataclass(frozen=True)
class Mark:
    """A point on the line: a milestone, or the first day of a month."""

    x: int
    day: date
    kind: str
    milestone: Milestone | None = None


@dataclass(frozen=True)
class Bar:
    """One project: from its start to the date promised now, and the part that is done."""

    project: Project
    x: int
    width: int
    done: int
    promised: int
    marks: list[Mark]


@dataclass(frozen=True)
class Chart:
    """Bars under the same scale, and where today is on it."""

    bars: list[Bar]
    months: list[Mark]
    today: int | None
    first: date
    last: date


def chart(projects: Sequence[Project], today: date) -> Chart:
    """The chart of these projects; it begins a little before today, so that it can be read."""
    starts = [project.created_at.date() for project in projects] or [today]
    ends = [max(project.due_on, project.promised_on) for project in projects] or [today]
    first = max(min(starts), today - timedelta(days=365)).replace(day=1)
    last = max([*ends, today]) + timedelta(days=10)
    last = min(last, today + timedelta(days=3 * 365))
    length = max((last - first).days, 1)

    def place(day: date) -> int:
        return max(0, min(WIDTH, (day - first).days * WIDTH // length))

    bars = [_bar(project, today, place) for project in projects]
    return Chart(bars, _months(first, last, place), place(today), first, last)


def _bar(project: Project, today: date, place: object) -> Bar:
    assert callable(place)
    start, end = place(project.created_at.date()), place(project.due_on)
    width = max(end - start, 4)
    return Bar(
        project,
        start,
        width,
        width * project.progress // 100,
        place(project.promised_on),
        [
            Mark(
                place(milestone.done_on or milestone.planned_on),
                milestone.done_on or milestone.planned_on,
                _kind(milestone, today),
                milestone,
            )
            for milestone in project.milestones
        ],
    )


def _kind(milestone: Milestone, today: date) -> str:
    if milestone.done_on is not None:
        return "done"
    return "late" if milestone.planned_on < today else "planned"


def _months(first: date, last: date, place: object) -> list[Mark]:
    assert callable(place)
    days = []
    day = first
    while day <= last:
        days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    every = max(1, -(-len(days) // MONTHS_SHOWN))
    return [Mark(place(day), day, "month") for day in days[::every]]
