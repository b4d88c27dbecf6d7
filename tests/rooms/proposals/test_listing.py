"""The list: order, pages, filters, search, counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.proposals import queries
from pb_portal.proposals.models import LOTS, Proposal
from pb_portal.proposals.queries import SORTS, Filters, counts
from pb_portal.proposals.queries import spread as maps
from pb_portal.proposals.queries.listing import PAGE_SIZE, day_start
from pb_portal.proposals.service import index_words
from tests.factories import make_category, make_cycle, make_proposal

DAY = date(2026, 9, 1)


def fill(session: Session, cycle: Cycle, count: int, **values: object) -> list[Proposal]:
    made = []
    for index in range(count):
        proposal = make_proposal(
            session,
            cycle,
            number=index + 1,
            cost=1000 * (1 + index % 7),
            supports_count=index % 5,
            lot=(index * 37) % LOTS if index % 3 else LOTS - 1 - index,
            **values,
        )
        index_words(proposal)
        made.append(proposal)
    session.flush()
    return made


def forget_counts() -> None:
    """What one test counted is nothing to the next, whose cycles have the same ids."""
    for kept in (counts._cells, counts._facets):
        kept.forget()


def walk(session: Session, cycle: Cycle, asked: Filters, day: date = DAY) -> list[int]:
    numbers: list[int] = []
    while True:
        page = queries.list_page(session, cycle.id, asked, day)
        numbers += [card.number for card in page.cards]
        if page.next_key is None:
            return numbers
        assert len(page.cards) == PAGE_SIZE
        asked = replace(asked, after=page.next_key)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_shows_each_proposal_once_over_its_pages(session: Session, sort: str) -> None:
    cycle = make_cycle(session)
    fill(session, cycle, 60)
    numbers = walk(session, cycle, Filters(sort=sort))
    assert sorted(numbers) == list(range(1, 61))


def test_each_order_is_what_it_says(session: Session) -> None:
    cycle = make_cycle(session)
    rows = {row.number: row for row in fill(session, cycle, 60)}
    assert walk(session, cycle, Filters(sort="new")) == list(range(60, 0, -1))
    supports = [rows[n].supports_count for n in walk(session, cycle, Filters(sort="supported"))]
    assert supports == sorted(supports, reverse=True)
    prices = [rows[n].price for n in walk(session, cycle, Filters(sort="cheap"))]
    assert prices == sorted(prices)
    assert [rows[n].price for n in walk(session, cycle, Filters(sort="dear"))] == prices[::-1]


def test_the_random_order_holds_for_a_day_and_starts_elsewhere_on_the_next(
    session: Session,
) -> None:
    cycle = make_cycle(session)
    made = fill(session, cycle, 40)
    for index, proposal in enumerate(made):
        proposal.lot = index * (LOTS // 40)
    session.flush()
    assert walk(session, cycle, Filters()) == walk(session, cycle, Filters())
    starts = {walk(session, cycle, Filters(), DAY + timedelta(days=n))[0] for n in range(12)}
    assert len(starts) > 4


def test_a_page_begun_before_midnight_goes_on_after_it(session: Session) -> None:
    cycle = make_cycle(session)
    fill(session, cycle, 60)
    first = queries.list_page(session, cycle.id, Filters(), DAY)
    seen = [card.number for card in first.cards]
    assert first.next_key is not None
    next_day = DAY + timedelta(days=1)
    assert day_start(cycle.id, DAY) != day_start(cycle.id, next_day)
    rest = walk(session, cycle, Filters(after=first.next_key), next_day)
    assert sorted(seen + rest) == list(range(1, 61))


@pytest.mark.parametrize("key", ["x", "-", "1-2-3-4", "²", "9" * 40, "1--2", "'; drop table", "7"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_key_that_is_none_breaks_nothing(session: Session, key: str, sort: str) -> None:
    cycle = make_cycle(session)
    fill(session, cycle, 3)
    page = queries.list_page(session, cycle.id, Filters(sort=sort, after=key), DAY)
    assert len(page.cards) <= 3


def test_drafts_and_other_cycles_never_show_and_withdrawn_ones_only_when_asked(
    session: Session,
) -> None:
    cycle, other = make_cycle(session), make_cycle(session)
    make_proposal(session, cycle, number=None, status="draft")
    make_proposal(session, other, number=1)
    make_proposal(session, cycle, number=2, status="withdrawn")
    make_proposal(session, cycle, number=3)
    assert walk(session, cycle, Filters()) == [3]
    assert walk(session, cycle, Filters(status="withdrawn")) == [2]
    assert walk(session, cycle, Filters(status="draft")) == []


def test_filters_narrow_and_counts_keep_the_other_filters(session: Session) -> None:
    cycle = make_cycle(session, areas=2)
    near, far = (part.area for part in cycle.areas)
    trees, lamps = make_category(session), make_category(session)
    for number, area, kind, status in (
        (1, near, trees, "submitted"),
        (2, near, lamps, "submitted"),
        (3, far, trees, "admitted"),
        (4, far, trees, "withdrawn"),
    ):
        make_proposal(session, cycle, number=number, area=area, category_id=kind.id, status=status)
    asked = Filters(area_id=near.id, category_id=trees.id)
    assert walk(session, cycle, asked) == [1]
    found = queries.facets(session, cycle.id, asked)
    assert found.total == 1
    assert dict(found.areas) == {near.id: 1, far.id: 1}
    assert dict(found.categories) == {trees.id: 1, lamps.id: 1}
    assert dict(found.statuses) == {"submitted": 1}


def test_search_finds_a_proposal_by_the_name_of_its_category_in_any_language(
    session: Session,
) -> None:
    cycle = make_cycle(session)
    green, other = fill(session, cycle, 2, title="Вязы у школы")
    green.category = make_category(session, names={"ru": "Озеленение", "kk": "Көгалдандыру"})
    other.category = make_category(session, names={"ru": "Санитария", "kk": "Санитария"})
    for proposal in (green, other):
        index_words(proposal)
    session.flush()
    for typed in ("озеленения", "көгалдандыруды"):
        assert walk(session, cycle, Filters(words=typed)) == [green.number]


def test_search_finds_forms_in_title_address_text_and_number(session: Session) -> None:
    cycle = make_cycle(session)
    for number, title in ((1, "Озеленение двора"), (2, "Ауланы көгалдандыру"), (13, "Лавочки")):
        index_words(make_proposal(session, cycle, number=number, title=title))
    session.flush()
    for typed, numbers in (
        ("озеленения", [1]),
        ("КӨГАЛДАНДЫРУДЫ", [2]),
        ("13", [13]),
        ("№ 13", [13]),
        ("лавочка", [13]),
        ("elms abay", [1, 2, 13]),
        ("лавочки озеленение", []),
        ("100%", []),
    ):
        found = walk(session, cycle, Filters(words=typed))
        assert sorted(found) == numbers, typed
        assert queries.facets(session, cycle.id, Filters(words=typed)).total == len(numbers)


def test_points_are_columns_of_the_public_ones_with_a_place(session: Session) -> None:
    cycle = make_cycle(session)
    make_proposal(session, cycle, number=None, status="draft")
    make_proposal(session, cycle, number=2, lat=None, lon=None)
    make_proposal(session, cycle, number=3, lat=-33.45, lon=151.2, title="Far away")
    found = queries.places(session, cycle.id, Filters())
    assert found == {
        "total": 1,
        "heaps": None,
        "points": {
            "number": [3],
            "lat": [-3345000],
            "lon": [15120000],
            "category": [0],
            "categories": [""],
            "title": ["Far away"],
        },
    }


def test_phase_and_cost_narrow_and_are_counted_with_the_others_kept(session: Session) -> None:
    cycle = make_cycle(session)
    bands = ((0, 5_000_000), (5_000_000, None))
    for number, status, cost, reviewed in (
        (1, "in_review", 1_000_000, None),
        (2, "in_review", 9_000_000, 4_000_000),
        (3, "admitted", 5_000_000, None),
        (4, "returned", 9_000_000, None),
        (5, "withdrawn", 1_000_000, None),
    ):
        make_proposal(
            session, cycle, number=number, status=status, cost=cost, reviewed_cost=reviewed
        )
    asked = Filters(phase="review", cost=bands[0], bands=bands, sort="new")
    assert walk(session, cycle, asked) == [2, 1]
    assert walk(session, cycle, replace(asked, phase="")) == [2, 1]
    assert walk(session, cycle, replace(asked, cost=bands[1], phase="")) == [4, 3]
    assert walk(session, cycle, replace(asked, status="admitted")) == []
    found = queries.facets(session, cycle.id, asked)
    assert (found.total, found.said) == (2, 5)
    assert dict(found.phases) == {"review": 2}
    assert dict(found.statuses) == {"in_review": 2}
    assert dict(found.costs) == {bands[0]: 2}
    found = queries.facets(session, cycle.id, Filters(bands=bands))
    assert dict(found.phases) == {"review": 2, "voting": 1, "rework": 1}
    assert dict(found.costs) == {bands[0]: 2, bands[1]: 2}
    assert found.statuses["withdrawn"] == 1


def test_counts_may_be_a_little_old_but_the_rows_never_are(session: Session) -> None:
    forget_counts()
    cycle = make_cycle(session)
    fill(session, cycle, 2)
    assert queries.list_page(session, cycle.id, Filters(), DAY, 60).facets.total == 2
    make_proposal(session, cycle, number=3)
    page = queries.list_page(session, cycle.id, Filters(), DAY, 60)
    assert page.facets.total == 2
    assert len(page.cards) == 3
    assert queries.facets(session, cycle.id, Filters(), 0).total == 3
    forget_counts()


def test_many_points_come_as_heaps_whose_counts_add_up(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "MOST_POINTS", 5)
    cycle = make_cycle(session)
    for number in range(1, 21):
        near = number <= 19
        make_proposal(
            session, cycle, number=number, lat=43.2 if near else 43.3, lon=76.9, title=f"N{number}"
        )
    found = queries.places(session, cycle.id, Filters(), zoom=12)
    assert (found["total"], found["heaps"]["count"]) == (20, [19])
    assert found["points"]["number"] == [20]
    north = queries.Box(76.8, 43.28, 77.0, 43.32)
    found = queries.places(session, cycle.id, Filters(), box=north, zoom=12)
    assert found["heaps"] is None
    assert found["points"]["title"] == ["N20"]
    deepest = queries.places(session, cycle.id, Filters(), zoom=18)
    assert deepest["heaps"] is None


@pytest.mark.parametrize("zoom", [0, 5, 11, 18])
def test_the_whole_world_in_view_makes_few_squares(zoom: int) -> None:
    grid = maps._grid(queries.Box(-180, -90, 180, 90), zoom)
    assert 360 / grid.lon <= maps.MOST_SQUARES
    assert grid.box is not None
    assert grid.box.west <= -180 and grid.box.north >= 90
