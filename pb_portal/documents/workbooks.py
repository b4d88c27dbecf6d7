"""Reading the first sheet of an XLSX, in a child process: see `pb_portal.parsing`.

The library that reads cells makes room for every cell between the first and the last, wherever
they stand, so the sheet's elements are counted as a stream before it is let near them.
"""

from __future__ import annotations

import re
import zlib
from datetime import date, datetime
from io import BytesIO
from typing import IO, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from pb_portal.domain.refusal import Refusal

MOST_PARTS = 200
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 200
"""How many times its packed size a part of more than a megabyte may have."""
MOST_COLUMNS = 200
MOST_CELLS = 600_000
"""Places between the first cell and the last, empty ones included."""
LONGEST = 32_767
"""The longest text a cell of XLSX can hold."""
SPARE_ROWS = 1000
"""Rows more than may be read: empty ones between others are left out later."""
PIECE = 1 << 16
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_BROKEN = (BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError)
_MEGABYTE = 1 << 20


def read_lines(source: IO[bytes], *, most_rows: int) -> list[list[Any]]:
    """The lines of the first sheet, from its first row on. Text is stripped; empty cells are None,
    other values whole numbers, `["number", …]` with decimals as text, `["date", …]` in ISO form.

    Refuses `sheet.unreadable`, `sheet.formulas` and `sheet.too_large` (most).
    """
    data = source.read()
    _demand_small(data, most_rows)
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
        lines = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as broken:
        raise Refusal("sheet.unreadable") from broken
    return [[_plain(cell) for cell in line] for line in lines]


def _plain(cell: Any) -> Any:
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else ["number", str(cell)]
    if isinstance(cell, datetime):
        return ["date", cell.date().isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, int):
        return cell
    return str(cell)[:LONGEST].strip() or None


def _demand_small(data: bytes, most_rows: int) -> None:
    """Refuse bombs, formulas and what is no XLSX before anything is unpacked whole."""
    large = Refusal("sheet.too_large", most=most_rows)
    try:
        with ZipFile(BytesIO(data)) as packed:
            members = packed.infolist()
            names = [member.filename for member in members]
            if (
                len(members) > MOST_PARTS
                or sum(member.file_size for member in members) > MOST_UNPACKED
            ):
                raise large
            if any(
                member.file_size > max(_MEGABYTE, MOST_RATIO * member.compress_size)
                for member in members
            ):
                raise large
            if "xl/workbook.xml" not in names or len(set(names)) != len(names):
                raise Refusal("sheet.unreadable")
            for name in names:
                if name.lower().endswith((".xml", ".rels")):
                    _Part(large, most_rows).read(packed, name)
    except (*_BROKEN, expat.ExpatError, ValueError) as broken:
        raise Refusal("sheet.unreadable") from broken


class _Part:
    """A part of XML that declares nothing of its own, read as a stream. In a worksheet, cells that
    hold anything are counted."""

    def __init__(self, large: Refusal, most_rows: int) -> None:
        self.large, self.last_allowed = large, most_rows + SPARE_ROWS
        # the library takes every part for UTF-8, whatever the part says
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._declares
        self.parser.StartElementHandler = self._begins
        self.name = ""
        self.cells = self.row = self.column = self.last_row = self.last_column = 0

    def read(self, packed: ZipFile, name: str) -> None:
        left, self.name = MOST_UNPACKED, name.lower()
        with packed.open(name) as part:
            while piece := part.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise self.large
                self.parser.Parse(piece, False)
        self.parser.Parse(b"", True)

    def _declares(self, *_: Any) -> None:
        raise Refusal("sheet.unreadable")

    def _begins(self, name: str, _attributes: dict[str, str]) -> None:
        root = name.rpartition(":")[2]
        links = self._in_links if self.name == "xl/_rels/workbook.xml.rels" else None
        handlers = {"worksheet": self._in_sheet, "Relationships": links}
        self.parser.StartElementHandler = handlers.get(root)

    def _in_links(self, _name: str, attributes: dict[str, str]) -> None:
        """The book may name no part as a sheet that was not looked at."""
        if not attributes.get("Target", ".xml").lower().endswith(".xml"):
            raise Refusal("sheet.unreadable")

    def _in_sheet(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(":")[2]
        if element in {"v", "is"}:
            self._counts()
        elif element == "c":
            self._moves(attributes.get("r", ""))
        elif element == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif element == "f":
            raise Refusal("sheet.formulas")

    def _moves(self, place: str) -> None:
        if not place:
            self.column += 1
            return
        match = _PLACE.fullmatch(place.upper())
        if match is None:
            raise Refusal("sheet.unreadable")
        self.column = 0
        for letter in match[1]:
            self.column = self.column * 26 + ord(letter) - 64
        self.row = int(match[2])

    def _counts(self) -> None:
        self.cells += 1
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if (
            self.last_row > self.last_allowed
            or self.last_column > MOST_COLUMNS
            or max(self.cells, self.last_row * self.last_column) > MOST_CELLS
        ):
            raise self.large
