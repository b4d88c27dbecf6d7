"""The clock of staff stands still while the author reworks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from pb_portal.domain.review_time import LEAST_TIME, REVIEW_TIME, due_after_rework, held_by_staff

START = datetime(2026, 10, 1, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    action: str
    target: str
    at: datetime


def life(*steps: tuple[str, str, float]) -> list[Step]:
    return [Step(action, target, day(number)) for action, target, number in steps]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


TAKEN = (("submit", "submitted", 0.0), ("take", "in_review", 1.0))
BACK = (*TAKEN, ("return", "returned", 4.0))
AGAIN = (*BACK, ("resubmit", "resubmitted", 9.0))


@pytest.mark.parametrize(
    ("steps", "until", "days"),
    [
        (TAKEN, 3.0, 3.0),
        (BACK, 8.0, 4.0),
        (AGAIN, 10.0, 5.0),
        ((*AGAIN, ("take", "in_review", 9.5), ("return", "returned", 10.0)), 30.0, 5.0),
        ((*TAKEN, ("reject", "rejected", 4.0), ("appeal", "appealed", 20.0)), 22.0, 2.0),
        ((), 5.0, 0.0),
    ],
)
def test_only_the_time_in_staff_hands_counts(
    steps: tuple[tuple[str, str, float], ...], until: float, days: float
) -> None:
    assert held_by_staff(life(*steps), day(until)) == timedelta(days=days)


def test_after_rework_the_time_goes_on_where_it_stopped() -> None:
    assert due_after_rework(life(*BACK), day(9)) == day(9) + REVIEW_TIME - timedelta(days=4)


def test_after_rework_a_few_days_are_left_at_least() -> None:
    late = life(("submit", "submitted", 0.0), ("return", "returned", 30.0))
    assert due_after_rework(late, day(35)) == day(35) + LEAST_TIME
