"""Spreadsheets come back as they were written, and hostile ones are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter

from pb_portal.documents import sheets, workbooks
from pb_portal.documents.sheets import Column, Sheet
from pb_portal.domain.refusal import Refusal

COLUMNS = [
    Column("Атауы"),
    Column("Cost", "money"),
    Column("Date", "date"),
    Column("Area", "number"),
]
ROWS = [
    ["=1+1", 92_300_000, date(2026, 10, 25), Decimal("12.5")],
    ["Көгалдандыру ₸", None, None, None],
]


def book(**cells: str) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target) as made:
        page = made.add_worksheet()
        for cell, content in cells.items():
            page.write(cell, content)
    return target.getvalue()


def test_what_was_written_is_read_back_and_a_formula_stays_text() -> None:
    data = sheets.write([Sheet("Тізім: 1/2", COLUMNS, ROWS)])
    table = sheets.read(data, columns=["атауы", "Cost", "Date", "Area"])
    assert [row.number for row in table.rows] == [2, 3]
    assert list(table.rows[0].values.values()) == ROWS[0]
    assert table.rows[1].values["Cost"] is None


def test_equal_sheets_give_equal_bytes() -> None:
    assert sheets.write([Sheet("A", COLUMNS, ROWS)]) == sheets.write([Sheet("A", COLUMNS, ROWS)])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheet.unreadable"),
        (b"PK\x03\x04 not a book", "sheet.unreadable"),
        (book(A1="Cost", A2="=SUM(1,2)"), "sheet.formulas"),
        (book(A1="Price"), "sheet.no_column"),
        (book(A1="Cost", B1=" cost "), "sheet.twice"),
        (book(A1="Cost", A2="1", A3="2", A4="3"), "sheet.too_large"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        sheets.read(data, columns=["Cost"], most_rows=2)
    assert refused.value.code == code


def test_a_bomb_is_not_unpacked() -> None:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (workbooks.MOST_UNPACKED + 1))
    with pytest.raises(Refusal) as refused:
        sheets.read(target.getvalue(), columns=["Cost"])
    assert refused.value.code == "sheet.too_large"
