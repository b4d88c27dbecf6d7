"""Moving the end of a phase: nobody overlaps, no gap opens, nothing that has begun moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from pb_portal.domain.phase_calendar import (
    DAY,
    Dates,
    Following,
    Move,
    days_between,
    find_faults,
    plan_end,
)
from pb_portal.domain.phases import PhaseKind, all_open, current
from pb_portal.domain.refusal import Refusal

START = datetime(2026, 9, 1, tzinfo=UTC)
KINDS = list(PhaseKind)


def calendar(lengths: list[int], gaps: list[int] | None = None) -> list[Dates]:
    spans, begins = [], START
    for index, days in enumerate(lengths):
        begins += (gaps[index] if gaps else 0) * DAY
        spans.append(Dates(KINDS[index], begins, begins + days * DAY))
        begins += days * DAY
    return spans


def after(spans: list[Dates], moves: list[Move]) -> list[Dates]:
    moved = {move.after.kind: move.after for move in moves}
    return [moved.get(span.kind, span) for span in spans]


def test_a_later_end_moves_every_later_phase_by_the_same_time() -> None:
    spans = calendar([10, 10, 5, 14])
    moves = plan_end(spans, "review", spans[1].ends_at + 3 * DAY, START, Following.MOVE)
    assert [(move.before.kind, move.days) for move in moves] == [
        ("review", 3), ("rework", 3), ("second_review", 3),
    ]  # fmt: skip
    moved = after(spans, moves)
    assert find_faults(moved) == []
    assert [span.ends_at - span.starts_at for span in moved[2:]] == [5 * DAY, 14 * DAY]


def test_or_only_the_next_phase_gives_way_and_keeps_its_own_end() -> None:
    spans = calendar([10, 10, 5])
    moves = plan_end(spans, "applications", spans[0].ends_at + 4 * DAY, START, Following.NEXT)
    assert [move.after for move in moves] == [
        Dates("applications", START, START + 14 * DAY),
        Dates("review", START + 14 * DAY, START + 20 * DAY),
    ]
    with pytest.raises(Refusal, match=r"phase\.no_room"):
        plan_end(spans, "applications", spans[1].ends_at, START, Following.NEXT)


@pytest.mark.parametrize("days", [1, 30, 374])
def test_an_overlap_is_refused_where_the_others_keep_their_dates(days: int) -> None:
    spans = calendar([10, 10, 5])
    with pytest.raises(Refusal, match=r"phase\.overlap"):
        plan_end(spans, "review", spans[1].ends_at + days * DAY, START, Following.KEEP)


def test_a_gap_is_refused_where_the_others_keep_their_dates() -> None:
    spans = calendar([10, 10, 5])
    with pytest.raises(Refusal, match=r"phase\.gap"):
        plan_end(spans, "review", spans[1].ends_at - DAY, START, Following.KEEP)


def test_a_gap_that_was_there_stays_and_may_shrink() -> None:
    spans = calendar([10, 10], gaps=[0, 5])
    moves = plan_end(spans, "applications", spans[0].ends_at + 2 * DAY, START, Following.KEEP)
    assert len(moves) == 1
    (fault,) = find_faults(after(spans, moves))
    assert (fault.kind, fault.size) == ("gap", 3 * DAY)


@pytest.mark.parametrize("following", [Following.MOVE, Following.NEXT])
def test_a_phase_that_has_begun_is_never_moved_with_another(following: Following) -> None:
    spans = [
        Dates("review", START, START + 10 * DAY),
        Dates("voting", START + 5 * DAY, START + 20 * DAY),
    ]
    with pytest.raises(Refusal, match=r"phase\.next_begun"):
        plan_end(spans, "review", START + 12 * DAY, START + 6 * DAY, following)


@pytest.mark.parametrize("following", list(Following))
@pytest.mark.parametrize("seed", range(40))
def test_no_change_makes_an_overlap_or_a_gap(following: Following, seed: int) -> None:
    chance = Random(seed)
    spans = calendar([chance.randint(1, 20) for _ in range(chance.randint(1, 7))])
    place = chance.randrange(len(spans))
    ends_at = spans[place].starts_at + chance.randint(1, 60) * DAY
    try:
        moves = plan_end(spans, spans[place].kind, ends_at, spans[place].starts_at, following)
    except Refusal as refusal:
        assert following != Following.MOVE or place == len(spans) - 1, refusal.code
        return
    moved = after(spans, moves)
    assert find_faults(moved) == []
    assert all(span.starts_at < span.ends_at for span in moved)
    assert [span.kind for span in moved] == [span.kind for span in spans]
    assert moved[:place] == spans[:place], "what is over stays"


@pytest.mark.parametrize(
    ("apart", "days"),
    [(DAY, 1), (timedelta(hours=1), 1), (374 * DAY, 374), (-DAY, -1), (timedelta(hours=-25), -2)],
)
def test_a_begun_day_counts_as_a_day(apart: timedelta, days: int) -> None:
    assert days_between(START, START + apart) == days


@pytest.mark.parametrize("pick", [lambda spans: spans, lambda spans: spans[::-1]])
def test_of_overlapping_phases_none_is_hidden_and_the_one_that_closes_first_leads(
    pick: Callable[[list[Dates]], list[Dates]],
) -> None:
    voting = Dates("voting", START, START + 14 * DAY)
    results = Dates("results", START + 10 * DAY, START + 20 * DAY)
    spans, at = pick([voting, results]), START + 11 * DAY
    assert current(spans, at) is voting
    assert all_open(spans, at) == [voting, results]
