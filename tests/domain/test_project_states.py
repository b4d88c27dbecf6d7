"""Every state against every other; the four official words; the path to completion."""

from __future__ import annotations

import itertools

import pytest

from pb_portal.domain.project_states import (
    OFFICIAL_WORD,
    PATH,
    STEPS,
    ProjectState,
    step_between,
    steps_from,
)
from pb_portal.domain.refusal import Refusal

FINAL = {ProjectState.COMPLETED, ProjectState.CANCELLED}
PAIRS = list(itertools.product(ProjectState, repeat=2))
DRAWN = {(step.origin, step.target) for step in STEPS}


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_every_pair_is_either_in_the_table_or_refused(
    origin: ProjectState, target: ProjectState
) -> None:
    if (origin, target) in DRAWN:
        step = step_between(origin, target)
        assert step in steps_from(origin)
    else:
        with pytest.raises(Refusal, match=r"project\.step_refused"):
            step_between(origin, target)


def test_no_step_is_drawn_twice() -> None:
    assert len(DRAWN) == len(STEPS)


def test_nothing_follows_the_final_states_and_everything_else_goes_on() -> None:
    for state in ProjectState:
        assert bool(steps_from(state)) == (state not in FINAL)


def test_a_project_can_walk_the_whole_path() -> None:
    for origin, target in itertools.pairwise(PATH):
        assert step_between(origin, target)


@pytest.mark.parametrize("target", ["suspended", "cancelled", "carried_over"])
def test_stopping_needs_a_public_reason_and_a_pause_a_new_date(target: str) -> None:
    for step in STEPS:
        if step.target == target:
            assert "reason" in step.needs
            assert ("new_date" in step.needs) == (target != "cancelled")


def test_completion_needs_the_act_quantities_and_a_photo() -> None:
    steps = [step for step in STEPS if step.target == ProjectState.COMPLETED]
    assert [set(step.needs) for step in steps] == [{"acceptance", "quantities", "after_photo"}]


def test_no_way_leads_around_the_contract() -> None:
    behind = {"contracted", "works", "acceptance"}
    for step in STEPS:
        if step.target in behind and step.origin not in behind:
            assert "contract" in step.needs, step


def test_every_state_has_one_of_the_four_official_words() -> None:
    assert set(OFFICIAL_WORD) == set(ProjectState)
    assert set(OFFICIAL_WORD.values()) == {"planned", "in_progress", "completed", "cancelled"}
