"""Looking at the ballot: narrowed, page by page, and what is marked elsewhere."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pb_portal.voting.looking import Look, cost_steps, look_of, points_of, shown


def paper(id, **values):
    usual = {
        "id": id, "number": id, "title": f"Lamps {id}", "address": "", "problem": "",
        "solution": "", "area_id": 1, "price": 1000 * id, "category": None, "lat": 43.25,
        "lon": 76.9,
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **values})


PAPERS = [paper(id) for id in range(1, 101)]


@pytest.mark.parametrize(("view", "size"), [("cards", 24), ("list", 60), ("map", 60)])
def test_a_page_holds_a_few_dozen_and_marks_elsewhere_travel_along(view, size):
    found = shown(PAPERS, Look(view=view, page=2), {1, size + 1})
    assert found.papers[0].id == size + 1
    assert len(found.papers) == min(size, 100 - size)
    assert [one.id for one in found.kept] == [1]
    assert (found.total, len(found.fitting)) == (100, 100)


def test_a_page_past_the_end_is_the_last_one():
    assert shown(PAPERS, Look(page=99), ()).look.page == 5
    assert shown([], Look(page=3), ()).look.page == 1


@pytest.mark.parametrize(
    ("look", "ids"),
    [
        (Look(words="LAMPS 77"), [77]),
        (Look(cost=3000), [1, 2, 3]),
        (Look(only=True), [5, 9]),
        (Look(area=2), []),
        (Look(category="yards"), []),
    ],
)
def test_narrowing_leaves_out_what_does_not_fit(look, ids):
    assert [one.id for one in shown(PAPERS, look, {5, 9}).fitting] == ids


@pytest.mark.parametrize("odd", ["", "-1", "1e9", "٣", "9" * 30, "x"])
def test_an_odd_address_is_passed_over(odd):
    assert look_of({"page": odd, "cost": odd, "area": odd, "view": odd}) == Look()


def test_an_address_names_the_same_look_again():
    look = Look("list", "арық", "yards", 3, 5000, True, 2)
    args = {name: str(value) for name, value in look.args().items() if value is not None}
    assert look_of(args) == look
    assert not any(Look().args().values())


def test_costs_are_offered_as_sums_people_say():
    assert cost_steps(PAPERS) == [50_000]
    assert cost_steps(PAPERS[:4]) == []
    assert cost_steps([paper(id, price=700) for id in range(20)]) == []


def test_a_point_shows_its_number_and_whether_it_is_marked():
    (point,) = points_of([paper(7), paper(8, lat=None)], {7})
    assert (point["label"], point["lit"], point["key"]) == (7, True, 7)
