"""The funnel of a vote."""

from __future__ import annotations

from pb_portal.domain.ballot_steps import STEPS, biggest_drop, funnel


def test_shares_are_of_those_who_began_and_losses_of_those_just_before():
    counts = dict(zip(STEPS, [1000, 800, 600, 600, 540, 500, 400], strict=True))
    stages = funnel(counts)
    assert [stage.of_first for stage in stages] == [1000, 800, 600, 600, 540, 500, 400]
    assert [stage.lost for stage in stages] == [0, 200, 250, 0, 100, 74, 200]
    worst = biggest_drop(stages)
    assert worst is not None and worst.step == "proved"


def test_a_step_with_more_people_than_before_loses_nobody():
    stages = funnel({"start": 10, "asked": 4, "proved": 6})
    assert [stage.lost for stage in stages][:3] == [0, 600, 0]


def test_without_visits_there_is_no_funnel_and_no_worst_step():
    assert all(stage.people == stage.of_first == stage.lost == 0 for stage in funnel({}))
    assert biggest_drop(funnel({})) is None
