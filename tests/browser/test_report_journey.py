"""The report for 25 October: in the sample city, made by staff, opened by a journalist."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from pb_portal.demo.reports import ANNOUNCED


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        content: bytes = answer.read()
    return content


def saved(page: Any, words: str) -> bytes:
    """What a link downloads."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=words).click()
    return Path(waiting.value.path()).read_bytes()


def test_the_sample_city_holds_the_announced_numbers(portal: Any) -> None:
    """20 social, 32 infrastructure, 9 industry, 4 utilities, all eight districts."""
    rows = portal.sql(
        "SELECT number, on_date, snapshot, digest FROM reports_report ORDER BY on_date DESC"
    )
    number, day, text, digest = rows[0]
    assert str(day).endswith("-10-25")
    published = fetch(f"{portal.url}/reports/{number}/1/data.json")
    assert published.decode() == text
    assert hashlib.sha256(published).hexdigest() == digest
    data = json.loads(published)
    found = {code: own["headline"] for code, own in data["counts"]["sectors"].items()}
    assert (
        found
        == ANNOUNCED
        == {
            "social": 20,
            "infrastructure": 32,
            "industry": 9,
            "utilities": 4,
        }
    )
    assert data["counts"]["total"] == data["counts"]["headline"] == len(data["projects"]) == 65
    assert len(data["counts"]["areas"]) == 8
    assert data["counts"]["origins"].keys() == {"participatory", "city_programme"}
    assert "реализация более 60\u00a0проектов" in data["summary"]["ru"]
    assert data["late"], "what is late is told too"


def test_staff_make_the_report_and_a_journalist_opens_it(portal: Any, visitor: Any) -> None:
    day = portal.sql("SELECT max(on_date) FROM reports_report")[0][0]
    staff = visitor("ru")
    staff.sign_in("manager")
    page = staff.go("/desk/reports/new")
    staff.check()
    page.fill("input[name=date]", str(day))
    page.get_by_label("Инвесторы").uncheck()
    page.get_by_role("button", name="Посмотреть числа").click()
    numbers = page.locator(".report-figures__count").all_inner_texts()
    assert numbers == ["20", "32", "9", "4"]
    staff.check()
    page.get_by_role("button", name="Опубликовать отчёт").click()
    page.wait_for_url("**/reports/*")
    address = staff.path()

    journalist = visitor("kk", phone=True)
    page = journalist.go(address)
    page.wait_for_selector(".map .leaflet-marker-icon")
    journalist.check()
    assert page.locator(".report-figures__number").inner_text() == "65"
    assert "60-тан астам жоба" in page.locator(".report-summary").inner_text().replace(
        "\u00a0", " "
    )
    assert page.locator(".report-projects .report-entry").count() == 65
    pdf = PdfReader(BytesIO(saved(page, "PDF")))
    first = " ".join(pdf.pages[0].extract_text().split())
    assert "Республика күніне" in first and "60-тан астам" in first
    assert "Алатау" in first and "Түрксіб" in first
    assert len(pdf.pages) > 3
    book = CalamineWorkbook.from_filelike(BytesIO(saved(page, "XLSX")))
    assert len(book.get_sheet_by_name("Жобалар").to_python()) == 1 + 65
    assert journalist.go("/reports").get_by_role("row").count() >= 3
    journalist.check()
