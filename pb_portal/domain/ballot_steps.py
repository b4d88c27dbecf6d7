"""The steps of a vote, and where people stop between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEPS = ("start", "asked", "proved", "opened", "kept", "checked", "sent")
"""Page opened · identity asked · identity proved · ballot opened · a choice kept · check page
seen · ballot sent."""


@dataclass(frozen=True)
class Stage:
    """One step of the funnel; shares are in per mille."""

    step: str
    people: int
    of_first: int
    lost: int
    """Of those at the step before, how many did not come to this one."""


def funnel(counts: Mapping[str, int]) -> list[Stage]:
    """The steps in order. A step may hold more than the one before it (somebody came back on
    another day); nobody is lost there then."""
    first, before, stages = counts.get(STEPS[0], 0), 0, []
    for step in STEPS:
        people = counts.get(step, 0)
        lost = max(0, before - people) * 1000 // before if before else 0
        stages.append(Stage(step, people, people * 1000 // first if first else 0, lost))
        before = people
    return stages


def biggest_drop(stages: Sequence[Stage]) -> Stage | None:
    """The step to which the largest part of those before did not come."""
    worst = max(stages[1:], key=lambda stage: stage.lost, default=None)
    return worst if worst is not None and worst.lost > 0 else None
