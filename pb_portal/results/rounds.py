"""The count of one area as steps that can be walked through, read off its stored reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pb_portal.results.queries import Line, Section

WIDTH, HEIGHT, GAP = 600, 120, 2


@dataclass(frozen=True)
class Step:
    """One turn of the count: who was looked at, with how much money left before and after."""

    number: int
    line: Line
    won: bool
    before: int
    after: int


@dataclass(frozen=True)
class Segment:
    """A winner's part of the money bar, in hundredths of the budget."""

    line: Line
    start: float
    width: float
    now: bool


@dataclass(frozen=True)
class Column:
    """A proposal in the picture: how high its votes reach and what has become of it."""

    line: Line
    x: float
    width: float
    height: float
    state: str
    """won, passed, now or ahead."""


def steps_of(section: Section) -> list[Step]:
    """The turns of the count, in their order; none where figures are withheld."""
    if section.withheld:
        return []
    if any(line.reason in ("won_shared", "won_in_turn") for line in section.lines):
        return _bought(section)
    turns = sorted(
        (line for line in section.lines if "remaining" in line.params or line.selected),
        key=_rank,
    )
    return _walked(section.result.budget, turns)


def _walked(budget: int, turns: Sequence[Line]) -> list[Step]:
    steps, left = [], budget
    for number, line in enumerate(turns, start=1):
        before = int(line.params.get("remaining", left))
        after = int(line.params.get("left", before))
        steps.append(Step(number, line, line.selected, before, after))
        left = after
    return steps


def _bought(section: Section) -> list[Step]:
    """Rules in rounds: every turn is a purchase, what is left over is spent after them."""
    won = sorted(
        section.won,
        key=lambda line: (
            line.params.get("round") is None,
            line.params.get("round", 0),
            _rank(line),
        ),
    )
    steps, left = [], section.result.budget
    for number, line in enumerate(won, start=1):
        before = int(line.params.get("remaining", left))
        left = before - line.cost
        steps.append(Step(number, line, won=True, before=before, after=left))
    return steps


def segments(section: Section, steps: Sequence[Step], at: int) -> list[Segment]:
    """The winners up to a step as parts of the budget."""
    budget = max(section.result.budget, 1)
    found, start = [], 0.0
    for step in steps[:at]:
        if step.before > step.after:
            width = (step.before - step.after) * 100 / budget
            found.append(Segment(step.line, start, width, now=step.number == at))
            start += width
    return found


def columns(section: Section, steps: Sequence[Step], at: int) -> list[Column]:
    """Every proposal as a column, in the order of the count."""
    turn = {step.line.number: step for step in steps}
    first = [step.line for step in steps]
    lines = [*first, *(line for line in section.lines if line.number not in turn)]
    most = max((line.score or 0 for line in lines), default=0) or 1
    width = WIDTH / max(len(lines), 1)
    return [
        Column(
            line=line,
            x=round(place * width + GAP / 2, 2),
            width=round(max(width - GAP, 1), 2),
            height=round(max(line.score or 0, 0) * (HEIGHT - 4) / most + 2, 2),
            state=_state(turn.get(line.number), at),
        )
        for place, line in enumerate(lines)
    ]


def _rank(line: Line) -> int:
    return line.rank or 0


def _state(step: Step | None, at: int) -> str:
    if step is None or step.number > at:
        return "ahead"
    if step.number == at:
        return "now"
    return "won" if step.won else "passed"
