"""Spreadsheets, out and in: XLSX written with XlsxWriter, read by `workbooks` in a child process.

What is written as text stays text, so nothing a person typed becomes a formula. What is read may
hold no formulas: a file whose figures change when it is opened is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

import xlsxwriter

from pb_portal.domain.refusal import Refusal
from pb_portal.parsing import Size, parse

Kind = Literal["text", "number", "money", "date"]
Value = str | int | Decimal | date | None

MOST_ROWS = 20_000
MOST_LETTERS = 32_767
"""The longest text a cell of XLSX can hold."""

FORMATS = {
    "text": {},
    "number": {},
    "money": {"num_format": "#,##0"},
    "date": {"num_format": "dd.mm.yyyy"},
}
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

    Raises Refusal: `sheet.unreadable`, `sheet.formulas`, `sheet.too_large` (most),
    `sheet.no_column` (column), `sheet.twice` (column), `file.too_heavy`, `file.busy`.
    """
    return table_of(read_lines(data, most_rows=most_rows), columns, most_rows=most_rows)


def read_lines(data: bytes, *, most_rows: int = MOST_ROWS) -> list[list[Any]]:
    """The lines of the first sheet as plain values, for `table_of`; read in a child process."""
    lines: list[list[Any]] = parse(
        "pb_portal.documents.workbooks:read_lines",
        data,
        lane="sheets",
        size=Size(memory_mb=8, cpu_seconds=0.5),
        most_rows=most_rows,
    )
    return lines


def table_of(
    lines: Sequence[Sequence[Any]], columns: Sequence[str], *, most_rows: int = MOST_ROWS
) -> Table:
    """Lines under these headings; refuses as `read` does."""
    headings = [" ".join(str(_value(name) or "").split()) for name in lines[0]] if lines else []
    places = _places(headings, columns)
    table = Table(columns=[name for name in headings if name])
    for number, line in enumerate(lines[1:], start=2):
        values = {name: _value(line[place]) for name, place in places.items() if place < len(line)}
        if all(value is None for value in values.values()):
            continue
        if len(table.rows) >= most_rows:
            raise Refusal("sheet.too_large", most=most_rows)
        table.rows.append(Row(number, values))
    return table


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
    """What a reader's plain value stands for."""
    if not isinstance(cell, list):
        value: Value = cell
        return value
    kind, text = cell
    return date.fromisoformat(text) if kind == "date" else Decimal(text)
