"""Spreadsheets, out and in: XLSX written with XlsxWriter, read with calamine.

What is written as text stays text, so nothing a person typed becomes a formula. What is read may
hold no formulas: a file whose figures change when it is opened is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal
from zipfile import BadZipFile, ZipFile

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from pb_portal.domain.refusal import Refusal

Kind = Literal["text", "number", "money", "date"]
Value = str | int | Decimal | date | None

MOST_ROWS = 20_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_LETTERS = 32_767
"""The longest text a cell of XLSX can hold."""

FORMATS = {
    "text": {},
    "number": {},
    "money": {"num_format": "#,##0"},
    "date": {"num_format": "dd.mm.yyyy"},
}
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 (the format knows no time zone)


@dataclass(frozen=True)
class Column:
    """A heading, what stands under it, and its width in letters."""

    title: str
    kind: Kind = "text"
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: each row holds one value per column."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Row:
    """A row that was read; `number` is the one the program shows beside it."""

    number: int
    values: dict[str, Value]


@dataclass(frozen=True)
class Table:
    """Headings as they stand in the file, and the rows that are not empty."""

    columns: list[str]
    rows: list[Row] = field(default_factory=list)


def write(sheets: Sequence[Sheet]) -> bytes:
    """An XLSX file of these sheets; equal sheets give equal bytes."""
    target = BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"created": FIXED})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        styles = {
            kind: book.add_format({"valign": "top", **made}) for kind, made in FORMATS.items()
        }
        for sheet in sheets:
            _write_sheet(book.add_worksheet(_tab(sheet.title)), sheet, head, styles)
    return target.getvalue()


def _tab(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "1"


def _write_sheet(page: Any, sheet: Sheet, head: Any, styles: dict[str, Any]) -> None:
    last = 0
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.title, head)
    for last, row in enumerate(sheet.rows, start=1):
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(page, last, place, value, column.kind, styles[column.kind])
    page.freeze_panes(1, 0)
    if sheet.columns:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)


def _write_cell(page: Any, row: int, place: int, value: Any, kind: Kind, style: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, place, None, style)
    elif kind in {"number", "money"}:
        page.write_number(row, place, value, style)
    elif kind == "date":
        page.write_datetime(row, place, value, style)
    else:
        page.write_string(row, place, str(value)[:MOST_LETTERS], style)


def read(data: bytes, *, columns: Sequence[str], most_rows: int = MOST_ROWS) -> Table:
    """The first sheet of an XLSX file, by its headings; cells outside a heading are left out.

    `columns` must all be there (case and spaces aside); rows then hold their values under these
    names. Whole numbers come as int, others as Decimal, dates as date, empty cells as None.

    Raises Refusal: `sheet.unreadable`, `sheet.formulas` (row), `sheet.too_large` (most),
    `sheet.no_column` (column), `sheet.twice` (column).
    """
    _look_inside(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        lines: Iterator[list[Any]] = iter(
            book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
    except (CalamineError, OSError, ValueError, IndexError) as broken:
        raise Refusal("sheet.unreadable") from broken
    headings = [" ".join(str(name).split()) for name in next(lines, [])]
    places = _places(headings, columns)
    table = Table(columns=[name for name in headings if name])
    for number, line in enumerate(lines, start=2):
        values = {name: _value(line[place]) for name, place in places.items() if place < len(line)}
        if all(value is None for value in values.values()):
            continue
        if len(table.rows) >= most_rows:
            raise Refusal("sheet.too_large", most=most_rows)
        table.rows.append(Row(number, values))
    return table


def _look_inside(data: bytes) -> None:
    """Refuse bombs and formulas before anything is unpacked whole."""
    try:
        with ZipFile(BytesIO(data)) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise Refusal("sheet.too_large", most=MOST_ROWS)
            for member in packed.namelist():
                if member.startswith("xl/worksheets/") and FORMULA.search(packed.read(member)):
                    raise Refusal("sheet.formulas")
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as broken:
        raise Refusal("sheet.unreadable") from broken


def _places(headings: Sequence[str], columns: Sequence[str]) -> dict[str, int]:
    found = [name.casefold() for name in headings]
    places = {}
    for name in columns:
        key = " ".join(name.split()).casefold()
        if key not in found:
            raise Refusal("sheet.no_column", column=name)
        if found.count(key) > 1:
            raise Refusal("sheet.twice", column=name)
        places[name] = found.index(key)
    return places


def _value(cell: Any) -> Value:
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else Decimal(str(cell))
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, (int, date)):
        return cell
    text = str(cell).strip()
    return text or None
