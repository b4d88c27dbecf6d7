"""The pages of reports: choosing, publishing, files made of hostile words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from pb_portal.db import db
from pb_portal.reports.queries import published
from tests.conftest import sign_in
from tests.factories import make_person
from tests.rooms.reports.conftest import DAY, Desk, noon
from tests.strict import StrictClient

NEW = "/desk/reports/new"
HOSTILE = '=HYPERLINK("http://x","y") #panic() *b* <script>alert(1)</script> ]'


def query(desk: Desk, **changes: Any) -> dict[str, Any]:
    """The form with every box ticked."""
    return {
        "date": DAY.isoformat(),
        "sectors": ["social", "infrastructure", "industry", "utilities"],
        "areas": [desk.area.code],
        "origins": ["participatory", "city_programme", "investor"],
        "groups": ["completed", "expected"],
        **changes,
    }


def publish(client: StrictClient, values: dict[str, Any]) -> Any:
    """Look, then press the button."""
    page = client.get(NEW, query_string=values).get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\w+)"', page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert seen and token
    return client.post(NEW, data={**values, "seen": seen[1], "csrf_token": token[1]})


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run inside."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_manager_looks_and_publishes(desk: Desk, client: StrictClient) -> None:
    desk.project(completed=noon(DAY))
    desk.session.commit()
    sign_in(client, desk.manager)
    assert "Make a report" in client.page("/desk/reports")
    client.page(NEW)
    answer = publish(client, query(desk))
    assert answer.status_code == 302
    for locale in ("kk", "ru", "en"):
        client.page(answer.location, locale=locale)
        client.page("/reports", locale=locale)
    page = client.page(answer.location)
    assert 'property="og:title" content="Projects for Republic Day"' in page
    assert "Published a report for a date" in _log(client, desk)


def _log(client: StrictClient, desk: Desk) -> str:
    sign_in(client, make_person(desk.session, "auditor"))
    return client.page("/desk/audit")


def test_what_changed_since_the_look_must_be_looked_at_again(
    desk: Desk, client: StrictClient
) -> None:
    desk.project(completed=noon(DAY))
    desk.session.commit()
    sign_in(client, desk.manager)
    values = query(desk)
    answer = client.fill(NEW, {**values, "seen": "0" * 64}, at=f"{NEW}?date={DAY}&areas=x")
    assert answer.status_code == 409
    assert "The projects have changed since you looked" in answer.get_data(as_text=True)
    assert published.newest(desk.session) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"date": ""}, "Choose the date of the report"),
        ({"date": "31.02.2026"}, "Enter a day, month and year."),
        ({"date": "0001-01-01"}, "Enter a day, month and year."),
        ({"date": "1999-01-01"}, "On this date there was no project yet"),
        ({"date": "9999-12-31"}, "more than ten years away"),
        ({"since": "2026-12-01"}, "The beginning is after the date"),
        ({"sectors": []}, "Choose at least one sector."),
        ({"sectors": ["x", "\u0000"]}, "Choose at least one sector."),
        ({"areas": ["nowhere"]}, "Choose at least one district."),
        ({"groups": ["cancelled"]}, "No project fits this choice."),
        ({"name_ru": "ко Дню города"}, "Write the name in all three languages"),
        ({"name_ru": "\u202e!", "name_kk": "1", "name_en": "??"}, "Write the name in words"),
        ({"name_ru": "к" * 500}, "At most 80 characters"),
    ],
)
def test_wrong_input_gets_a_sentence(
    desk: Desk, client: StrictClient, changes: dict[str, Any], sentence: str
) -> None:
    desk.project(completed=noon(DAY))
    desk.session.commit()
    sign_in(client, desk.manager)
    client.set_cookie("language", "en")
    answer = client.get(NEW, query_string=query(desk, **changes))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_hostile_words_stay_words_in_every_file(desk: Desk, client: StrictClient) -> None:
    desk.project(completed=noon(DAY), title=HOSTILE, address="+7 (727) @home")
    names = {f"name_{code}": f"{HOSTILE[:60]} {code}" for code in ("kk", "ru", "en")}
    desk.session.commit()
    sign_in(client, desk.manager)
    at = publish(client, query(desk, **names)).location
    page = client.page(at)
    assert "<script>alert" not in page
    pdf = PdfReader(BytesIO(client.get(f"{at}/1/ru.pdf").data))
    words = "".join("".join(sheet.extract_text().split()) for sheet in pdf.pages)
    assert "".join(HOSTILE.split()) in words
    table = client.get(f"{at}/1/ru.csv").get_data(as_text=True)
    row = list(csv.reader(StringIO(table.lstrip("\ufeff"))))[1]
    assert row[1] == "'" + HOSTILE and row[6].startswith("'+7")
    content = client.get(f"{at}/1/en.xlsx").data
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.get_sheet_by_name("Projects").to_python()[1][1] == HOSTILE


def test_the_page_asks_as_many_questions_for_many_projects_as_for_one(
    desk: Desk, client: StrictClient
) -> None:
    desk.project(completed=noon(DAY))
    one = desk.publish().number
    for _ in range(12):
        desk.project(completed=noon(DAY))
    many = desk.publish().number
    sign_in(client, desk.manager)
    client.page("/reports")
    counts = []
    for path in (f"/reports/{one}", f"/reports/{many}", NEW):
        with counted() as seen:
            client.page(path)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    looks(client, desk)
    before = looks(client, desk)
    for _ in range(12):
        desk.project(completed=noon(DAY))
    desk.session.commit()
    looks(client, desk)
    assert looks(client, desk) == before


def looks(client: StrictClient, desk: Desk) -> int:
    """Statements of one look at the numbers."""
    with counted() as seen:
        assert client.get(NEW, query_string=query(desk)).status_code == 200
    return len(seen)


def test_addresses_that_name_nothing_are_not_found(desk: Desk, client: StrictClient) -> None:
    desk.project(completed=noon(DAY - timedelta(days=2)))
    number = desk.publish().number
    for path in ("/reports/99999", f"/reports/{number}/9", f"/reports/{number}/1/xx.pdf"):
        client.page(path, status=404)
