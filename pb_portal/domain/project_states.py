"""The life of a project: one table of transitions, and the four official words of the public."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pb_portal.domain.refusal import Refusal


class ProjectState(StrEnum):
    """States of a project, as the product names them."""

    PLANNED = "planned"
    DESIGN = "design"
    PROCUREMENT = "procurement"
    CONTRACTED = "contracted"
    WORKS = "works"
    ACCEPTANCE = "acceptance"
    COMPLETED = "completed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    CARRIED_OVER = "carried_over"


S = ProjectState

OFFICIAL_WORD: dict[ProjectState, str] = {
    S.PLANNED: "planned",
    S.DESIGN: "in_progress",
    S.PROCUREMENT: "in_progress",
    S.CONTRACTED: "in_progress",
    S.WORKS: "in_progress",
    S.ACCEPTANCE: "in_progress",
    S.COMPLETED: "completed",
    S.SUSPENDED: "in_progress",
    S.CANCELLED: "cancelled",
    S.CARRIED_OVER: "planned",
}

PATH = (S.PLANNED, S.DESIGN, S.PROCUREMENT, S.CONTRACTED, S.WORKS, S.ACCEPTANCE, S.COMPLETED)
_UNDERWAY = PATH[:-1]


@dataclass(frozen=True)
class Step:
    """One allowed transition; `needs` lists what must be there first."""

    origin: ProjectState
    target: ProjectState
    needs: tuple[str, ...] = ()


STEPS: tuple[Step, ...] = (
    Step(S.PLANNED, S.DESIGN),
    Step(S.PLANNED, S.PROCUREMENT),
    Step(S.DESIGN, S.PROCUREMENT),
    Step(S.PROCUREMENT, S.CONTRACTED, ("contract",)),
    Step(S.CONTRACTED, S.WORKS),
    Step(S.WORKS, S.ACCEPTANCE),
    Step(S.ACCEPTANCE, S.WORKS, ("reason",)),
    Step(S.ACCEPTANCE, S.COMPLETED, ("acceptance", "quantities", "after_photo")),
    *(Step(origin, S.SUSPENDED, ("reason", "new_date")) for origin in _UNDERWAY),
    *(Step(origin, S.CANCELLED, ("reason",)) for origin in (*_UNDERWAY, S.SUSPENDED)),
    *(Step(origin, S.CARRIED_OVER, ("reason", "new_date")) for origin in (*_UNDERWAY, S.SUSPENDED)),
    *(Step(S.SUSPENDED, target) for target in _UNDERWAY[:3]),
    *(Step(S.SUSPENDED, target, ("contract",)) for target in _UNDERWAY[3:]),
    Step(S.CARRIED_OVER, S.CANCELLED, ("reason",)),
    *(Step(S.CARRIED_OVER, target) for target in _UNDERWAY[:3]),
    *(Step(S.CARRIED_OVER, target, ("contract",)) for target in _UNDERWAY[3:]),
)


class Sector(StrEnum):
    """Sectors by which a city reports its projects."""

    SOCIAL = "social"
    INFRASTRUCTURE = "infrastructure"
    INDUSTRY = "industry"
    UTILITIES = "utilities"


class Origin(StrEnum):
    """Where a project comes from."""

    PARTICIPATORY = "participatory"
    CITY_PROGRAMME = "city_programme"
    INVESTOR = "investor"


def step_between(origin: ProjectState | str, target: ProjectState | str) -> Step:
    """The transition between two states; raises `Refusal` when there is none."""
    for step in STEPS:
        if step.origin == origin and step.target == target:
            return step
    raise Refusal("project.step_refused", origin=str(origin), target=str(target))


def steps_from(state: ProjectState | str) -> list[Step]:
    """Where a project can go from this state; buttons are drawn from it."""
    return [step for step in STEPS if step.origin == state]
