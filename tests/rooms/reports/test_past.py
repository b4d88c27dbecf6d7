"""A report tells the state of projects on its date, not today."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.report import Group, Moment, group_of
from pb_portal.projects.models import DateShift, ProjectEvent
from tests.factories import make_area
from tests.rooms.reports.conftest import DAY, START, Desk, noon

ALL = tuple(Group)


def groups(data: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in data["counts"]["groups"].items() if number}


def test_what_happened_after_the_date_does_not_count(desk: Desk) -> None:
    before = desk.project(completed=noon(DAY - timedelta(days=1)))
    desk.project(completed=noon(DAY + timedelta(days=1)), due_on=DAY + timedelta(days=9))
    before.events.append(
        ProjectEvent(origin="completed", target="cancelled", at=noon(DAY + timedelta(days=3)))
    )
    before.status = "cancelled"
    desk.session.flush()
    data = desk.data(groups=ALL)
    assert groups(data) == {"completed": 1, "in_progress": 1}
    assert data["projects"][0]["completed_on"] == "2026-10-24"


def test_the_day_ends_at_midnight_of_the_city(desk: Desk) -> None:
    desk.project(completed=datetime(2026, 10, 25, 18, 59, tzinfo=UTC))
    desk.project(completed=datetime(2026, 10, 25, 19, 0, tzinfo=UTC))
    assert groups(desk.data(groups=ALL)) == {"completed": 1, "in_progress": 1}


def test_a_date_moved_later_was_still_the_old_one(desk: Desk) -> None:
    project = desk.project(promised_on=DAY - timedelta(days=9), due_on=DAY + timedelta(days=90))
    project.shifts = [
        DateShift(
            old_on=DAY - timedelta(days=9),
            new_on=DAY + timedelta(days=20),
            reason="Ждали трубы.",
            at=noon(DAY - timedelta(days=12)),
        ),
        DateShift(
            old_on=DAY + timedelta(days=20),
            new_on=DAY + timedelta(days=90),
            reason="Снова ждали.",
            at=noon(DAY + timedelta(days=2)),
        ),
    ]
    desk.session.flush()
    (late,) = desk.data(groups=ALL)["late"]
    assert late["due_on"] == (DAY + timedelta(days=20)).isoformat()
    assert late["reason"] == "Ждали трубы."


def test_before_the_date_planned_dates_count_unless_they_have_passed(desk: Desk) -> None:
    now = noon(DAY - timedelta(days=30))
    desk.project(completed=noon(DAY - timedelta(days=40)))
    desk.project(due_on=DAY)
    desk.project(due_on=DAY + timedelta(days=1))
    desk.project(due_on=DAY - timedelta(days=31), promised_on=DAY - timedelta(days=31))
    data = desk.data(now, groups=ALL)
    assert groups(data) == {"completed": 1, "expected": 1, "in_progress": 2}
    assert data["counts"]["headline"] == 2
    assert data["as_of"] == "2026-09-25"
    assert len(data["late"]) == 1


def test_boxes_choose_and_what_is_late_is_told_even_when_it_is_not_counted(desk: Desk) -> None:
    desk.project(completed=noon(DAY), sector="industry", origin="investor")
    desk.project(completed=noon(DAY))
    desk.project(promised_on=DAY - timedelta(days=1))
    data = desk.data(sectors=("social",))
    assert [row["sector"] for row in data["projects"]] == ["social"]
    assert data["counts"]["total"] == 1
    assert len(data["late"]) == 1
    assert desk.data(origins=("investor",))["counts"]["sectors"].keys() == {"industry"}


def test_what_was_completed_before_the_beginning_is_left_out(desk: Desk) -> None:
    desk.project(completed=noon(date(2026, 5, 31)))
    desk.project(completed=noon(date(2026, 6, 1)))
    assert desk.data(since=date(2026, 6, 1))["counts"]["total"] == 1


@pytest.mark.parametrize(
    ("choice", "code", "field"),
    [
        ({"day": date(2020, 1, 1)}, "report.before_projects", "date"),
        ({"day": date(2060, 1, 1)}, "report.date_far", "date"),
        ({"since": date(2026, 10, 26)}, "report.since_after", "since"),
        ({"sectors": ()}, "report.no_sectors", "sectors"),
        ({"areas": ()}, "report.no_areas", "areas"),
        ({"groups": ("cancelled",)}, "report.empty", None),
        ({"names": {"ru": "ко Дню"}}, "report.name_missing", "name_kk"),
        ({"names": dict.fromkeys(("kk", "ru", "en"), "?!1")}, "report.name_no_words", "name_kk"),
        ({"names": dict.fromkeys(("kk", "ru", "en"), "к" * 81)}, "report.name_long", "name_kk"),
    ],
)
def test_what_cannot_be_a_report_is_refused(
    desk: Desk, choice: dict[str, Any], code: str, field: str | None
) -> None:
    desk.project(completed=noon(DAY))
    with pytest.raises(Refusal) as refused:
        desk.data(**choice)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_without_projects_there_is_nothing_to_report(desk: Desk) -> None:
    with pytest.raises(Refusal, match=r"report\.no_projects"):
        desk.data()


@pytest.mark.parametrize("status", ["suspended", "carried_over", "planned", "works"])
def test_every_unfinished_state_is_expected_only_with_a_date_to_come(status: str) -> None:
    ahead = Moment(DAY, DAY - timedelta(days=5))
    over = Moment(DAY, DAY + timedelta(days=5))
    assert group_of(status, DAY, ahead) == Group.EXPECTED
    assert group_of(status, DAY - timedelta(days=6), ahead) != Group.EXPECTED
    assert group_of(status, DAY, over) != Group.EXPECTED


def test_districts_without_projects_are_districts_of_the_city(desk: Desk) -> None:
    """Five districts, two of them with projects, one of these with a completed one."""
    city = desk.area.city
    second = make_area(desk.session, city)
    for _ in range(3):
        make_area(desk.session, city)
    gone = make_area(desk.session, city)
    gone.retired_at = START
    make_area(desk.session, f"{city}-elsewhere")
    desk.project(completed=noon(date(2026, 10, 1)))
    desk.project(area_id=second.id)
    areas = (desk.area.code, second.code)
    data = desk.data(areas=areas)
    assert (data["areas_total"], data["areas_chosen"]) == (5, None)
    assert "in 1 of the city's 5 districts" in data["summary"]["en"]
    chosen = desk.data()
    assert (chosen["areas_total"], chosen["areas_chosen"]) == (5, 1)
    assert "about 1 of the city's 5 districts." in chosen["summary"]["en"]
