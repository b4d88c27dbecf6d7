"""The administrator's catalogues: changes with history, versions, boundaries from a file."""

from __future__ import annotations

import html
import json
import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.cycles import catalogues, districts, queries
from pb_portal.cycles.models import TypicalWork
from pb_portal.domain.checklist import CHECKS
from pb_portal.domain.permissions import Role
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.places.boundaries import read_boundaries
from pb_portal.places.models import Area
from pb_portal.places.queries import area_at
from pb_portal.proposals import queries as proposals
from pb_portal.proposals.queries import Filters
from pb_portal.proposals.service import index_words
from tests.conftest import sign_in
from tests.factories import make_area, make_category, make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

NAMES = {"kk": "Вяз отырғызу", "ru": "Посадка вяза", "en": "Planting an elm"}
REAL = Path(os.environ.get("TEST_BOUNDARIES", "no such file"))
"""Real boundaries of eight districts, where somebody has them."""


@pytest.fixture
def work(session: Session) -> TypicalWork:
    made = TypicalWork(
        category_id=make_category(session).id, names=NAMES, unit="piece", unit_price=9_000
    )
    session.add(made)
    session.flush()
    return made


def values(work: TypicalWork, **changes: Any) -> dict[str, Any]:
    return {
        "names": NAMES,
        "sort": 0,
        "category_id": work.category_id,
        "unit": "piece",
        "unit_price": 9_000,
        "notes": {},
        "picture": "",
        **changes,
    }


def test_a_change_is_logged_with_what_it_was_and_what_it_became(
    session: Session, work: TypicalWork
) -> None:
    by = signed(make_person(session, Role.ADMINISTRATOR))
    names = {**NAMES, "ru": "Посадка карагача"}
    changed = values(work, names=names, unit_price=12_000)
    assert catalogues.change_entry(session, by, "works", work, changed, version=work.version)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.subject_type, entry.subject_id) == (
        "catalogue.changed",
        "work",
        str(work.id),
    )
    assert entry.data == {"names": [NAMES, names], "unit_price": [9_000, 12_000]}
    assert not catalogues.change_entry(session, by, "works", work, changed, version=work.version)
    assert session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first() == entry.id


def test_the_second_of_two_is_told_and_overwrites_nothing(
    session: Session, work: TypicalWork
) -> None:
    by = signed(make_person(session, Role.ADMINISTRATOR))
    seen = work.version
    catalogues.change_entry(session, by, "works", work, values(work, unit_price=1), version=seen)
    with pytest.raises(Conflict):
        catalogues.change_entry(
            session, by, "works", work, values(work, unit_price=2), version=seen
        )
    with pytest.raises(Conflict):
        catalogues.offer(session, by, "works", work, offered=False, version=seen)
    assert work.unit_price == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_the_administrator_changes_a_catalogue(
    session: Session, work: TypicalWork, role: Role
) -> None:
    by = signed(make_person(session, role))
    with pytest.raises(Forbidden):
        catalogues.change_entry(session, by, "works", work, values(work), version=1)
    with pytest.raises(Forbidden):
        catalogues.offer(session, by, "works", work, offered=False, version=1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"names": {**NAMES, "kk": " "}}, "name_kk"),
        ({"names": {**NAMES, "en": "x" * 161}}, "name_en"),
        ({"unit_price": 0}, "unit_price"),
        ({"unit": "acre"}, "unit"),
        ({"category_id": 999_999}, "category_id"),
    ],
)
def test_what_no_catalogue_takes_is_refused_beside_its_field(
    session: Session, work: TypicalWork, wrong: dict[str, Any], field: str
) -> None:
    by = signed(make_person(session, Role.ADMINISTRATOR))
    with pytest.raises(Refusal) as refused:
        catalogues.add_entry(session, by, "works", values(work, **wrong))
    assert refused.value.field == field


def test_what_is_retired_is_not_offered_and_can_be_offered_again(
    session: Session, work: TypicalWork
) -> None:
    by = signed(make_person(session, Role.ADMINISTRATOR))
    catalogues.offer(session, by, "works", work, offered=False, version=work.version)
    assert work not in queries.typical_works(session)
    assert work in queries.typical_works(session, retired=True)
    catalogues.offer(session, by, "works", work, offered=True, version=work.version)
    assert work in queries.typical_works(session)


def test_the_last_ground_stays(session: Session) -> None:
    by = signed(make_person(session, Role.ADMINISTRATOR))
    *others, last = catalogues.entries(session, "grounds")
    for ground in others:
        catalogues.offer(session, by, "grounds", ground, offered=False, version=ground.version)
    with pytest.raises(Refusal, match=r"catalogue\.last"):
        catalogues.offer(session, by, "grounds", last, offered=False, version=last.version)


def test_a_renamed_category_is_found_by_its_new_name(session: Session) -> None:
    cycle = make_cycle(session)
    kind = make_category(session, names={"kk": "Ағаш", "ru": "Деревья", "en": "Trees"})
    proposal = make_proposal(session, cycle, number=1, category=kind, category_id=kind.id)
    index_words(proposal)
    session.flush()
    by = signed(make_person(session, Role.ADMINISTRATOR))
    names = {"kk": "Бақтар", "ru": "Скверы", "en": "Gardens"}
    new = {"names": names, "sort": 0, "sector": "infrastructure"}
    catalogues.change_entry(session, by, "categories", kind, new, version=kind.version)
    session.expire_all()
    for typed, count in (("сквер", 1), ("деревья", 0)):
        assert proposals.facets(session, cycle.id, Filters(words=typed)).total == count


# pages


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


@pytest.fixture
def admin(client: StrictClient, session: Session) -> StrictClient:
    sign_in(client, make_person(session, Role.ADMINISTRATOR, name="Asel Admin"))
    return client


def test_an_administrator_changes_a_price_and_reads_the_history(
    admin: StrictClient, session: Session, work: TypicalWork
) -> None:
    cycle = make_cycle(session)
    path = f"/desk/catalogues/works/{work.id}"
    typed = {
        **{f"name_{code}": text for code, text in NAMES.items()},
        "unit_price": "10 500 ₸",
        "unit": "piece",
        "category_id": str(work.category_id),
        f"price_{cycle.id}": "11000",
        "version": str(work.version),
    }
    answer = admin.fill(path, typed)
    assert answer.status_code == 302
    page = admin.page(path)
    assert "Asel Admin" in page
    assert "<del>9,000</del> → <ins>10,500</ins>" in page
    assert queries.price_in(session, cycle.id, work) == 11_000
    stale = admin.fill(path, {**typed, "unit_price": "1", "version": "1"})
    assert stale.status_code == 409
    assert work.unit_price == 10_500


@pytest.mark.parametrize("kind", list(catalogues.CATALOGUES))
def test_every_catalogue_opens_in_each_language(
    admin: StrictClient, session: Session, kind: str, work: TypicalWork
) -> None:
    cycle = make_cycle(session)
    for code in ("kk", "ru", "en"):
        admin.page("/desk/catalogues", locale=code)
        admin.page(f"/desk/catalogues/{kind}", locale=code)
        if kind != "areas":
            admin.page(f"/desk/catalogues/{kind}/new", locale=code)
        entry = next(iter(catalogues.entries(session, kind, cycle.id)), None)
        if entry is not None:
            admin.page(f"/desk/catalogues/{kind}/{entry.id}", locale=code)
    admin.page("/desk/catalogues/nothing", status=404)
    admin.page(f"/desk/catalogues/{kind}/999999", status=404)


def test_a_cycle_gets_a_checklist_of_its_own(admin: StrictClient, session: Session) -> None:
    cycle = make_cycle(session)
    path = f"/desk/catalogues/questions?cycle={cycle.slug}"
    page = admin.page(path)
    assert "asks the usual questions" in page
    answer = admin.post(
        "/desk/catalogues/questions/own",
        data={"cycle": cycle.slug, "csrf_token": hidden(page, "csrf_token")},
    )
    assert answer.status_code == 302
    asked = queries.checklist(session, cycle.id)
    assert [one.code for one in asked] == list(CHECKS)
    assert asked[0].names["ru"].startswith("Всё ли на месте")


# boundaries


def square(west: float, south: float, size: float = 0.02, **properties: Any) -> dict[str, Any]:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size]]
    return {
        "type": "Feature",
        "properties": {
            "code": "center",
            **{f"name_{code}": f"Center {code}" for code in ("kk", "ru", "en")},
            **properties,
        },
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }


def text_of(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def bow() -> dict[str, Any]:
    found = square(76.9, 43.2)
    ring = found["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    return found


@pytest.mark.parametrize(
    ("features", "fault"),
    [
        ([bow()], "boundary.crosses"),
        ([square(76.9, 43.2, name_en="")], "boundary.names"),
        ([square(500, 43.2)], "boundary.not_degrees"),
        ([{**square(76.9, 43.2), "geometry": None}], "boundary.no_polygon"),
        (
            [{**square(76.9, 43.2), "geometry": {"type": "Polygon", "coordinates": "x"}}],
            "no_polygon",
        ),
        ([square(76.9, 43.2), square(76.91, 43.2, code="east")], "boundary.overlap"),
        ([square(76.9, 43.2), square(77.9, 43.2)], "boundary.twice"),
        ([7], "boundary.no_polygon"),
    ],
)
def test_faults_of_a_file_are_named(features: list[Any], fault: str) -> None:
    reading = read_boundaries(text_of(*features), [])
    assert any(fault in code for _place, code, _figures in reading.faults)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"features": []}', b"[" * 99_999]
)
def test_what_is_no_geojson_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal, match=r"boundary\.unreadable"):
        read_boundaries(data, [])


def test_neighbours_with_a_common_border_do_not_overlap() -> None:
    reading = read_boundaries(text_of(square(76.9, 43.2), square(76.92, 43.2, code="east")), [])
    assert not reading.faults
    assert [one.code for one in reading.found] == ["center", "east"]


def test_a_file_is_looked_at_first_and_then_taken_over(
    admin: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, year=2199)
    old = cycle.areas[0].area
    path = "/desk/catalogues/areas/boundaries"
    data = text_of(square(76.5, 43.1, code=old.code), square(76.52, 43.1, code="new1"))
    looked = admin.fill(path, {"file": (BytesIO(data), "a.geojson"), "do": "look"})
    page = looked.get_data(as_text=True)
    assert looked.status_code == 200
    assert "New district" in page
    assert old.outline and old.outline["coordinates"][0][0] != [76.5, 43.1]
    kept = {name: hidden(page, name) for name in ("text", "seen")}
    answer = admin.fill(path, {**kept, "do": "take"})
    assert answer.status_code == 302
    areas = districts.areas_of(session)
    assert [area.code for area in areas] == [old.code, "new1"]
    found = area_at(areas, 43.11, 76.51)
    assert found is old
    assert area_at(areas, 43.11, 76.545) is areas[1], "a point in no polygon goes to the nearest"
    again = admin.fill(path, {**kept, "do": "take"})
    assert again.status_code == 409


@pytest.mark.skipif(not REAL.exists(), reason="the real boundaries are not on this machine")
def test_the_real_boundaries_are_read(session: Session) -> None:
    make_area(session, code="medeu")
    reading = read_boundaries(REAL.read_bytes(), session.scalars(select(Area)).all())
    assert not reading.faults
    assert len(reading.found) == 8
    medeu = next(one for one in reading.found if one.code == "medeu")
    assert medeu.area_id is not None
    assert medeu.outline["type"] == "MultiPolygon"
