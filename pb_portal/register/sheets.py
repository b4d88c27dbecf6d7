"""Rows of an XLSX workbook's first sheet, read as a stream.

The parts of the archive are fed to the XML parser piece by piece, so that a sheet of a million rows
takes no more memory than its table of texts, and a bomb is refused at the limits below.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import IO, Any
from xml.parsers import expat

from pb_portal.domain.refusal import Refusal
from pb_portal.register.tables import Row

MOST_PARTS = 500
MOST_SHEET = 2 * 1024**3
MOST_TEXTS = 256 * 1024**2
MOST_SMALL = 4 * 1024**2
"""Unpacked bytes of a sheet, of all its texts, and of the parts that only describe it."""
LONGEST_CELL = 1000
MOST_COLUMNS = 200
MOST_RATIO = 200
"""How many times its packed size a part of more than a few megabytes may have."""
PIECE = 1 << 16
EPOCH = date(1899, 12, 30)
"""Day 0 of spreadsheets. Where days count from 1904, birth dates disagree with the IINs."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def is_workbook(stream: IO[bytes]) -> bool:
    """Whether the file is an archive, as every XLSX is."""
    start = stream.read(4)
    stream.seek(0)
    return start == b"PK\x03\x04"


def day_of(serial: str) -> date | None:
    """The day of a spreadsheet's day number; None when it is none."""
    if not re.fullmatch(r"\d{1,6}", serial):
        return None
    return EPOCH + timedelta(days=int(serial))


def sheet_rows(stream: IO[bytes], told: Callable[[int, int], None]) -> Iterator[Row]:
    """Cells of every row that holds any. `told` hears how many unpacked bytes of how many are
    read. Refuses (`register.bad_workbook`) what is no workbook, or too large unpacked."""
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or any(_is_bomb(part) for part in parts):
                raise _bad()
            sheet = _first_sheet(archive)
            texts = _texts(archive)
            size = archive.getinfo(sheet).file_size
            reader = _Sheet(texts)
            with archive.open(sheet) as part:
                yield from _parsed(part, reader, MOST_SHEET, lambda done: told(done, size))
    except (*_BROKEN, KeyError, expat.ExpatError, ValueError):
        raise _bad() from None


def _bad() -> Refusal:
    return Refusal("register.bad_workbook", field="file")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(MOST_SMALL, MOST_RATIO * part.compress_size)


class _Handler:
    """What a part's parser tells: elements by their bare names, and text."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, data: str) -> None: ...
    def taken(self) -> list[Row]:
        return []


def _parsed(
    part: IO[bytes], handler: _Handler, most: int, told: Callable[[int], None] = lambda done: None
) -> Iterator[Row]:
    """Feed a part to the handler piece by piece; rows come out as they are complete."""
    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, found: handler.start(_bare(name), found)
    parser.EndElementHandler = lambda name: handler.end(_bare(name))
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    done = 0
    while piece := part.read(PIECE):
        done += len(piece)
        if done > most:
            raise _bad()
        parser.Parse(piece, False)
        yield from handler.taken()
        told(done)
    parser.Parse(b"", True)
    yield from handler.taken()


def _bare(name: str) -> str:
    return name.rpartition("|")[2]


def _refuse_doctype(*_: Any) -> None:
    raise _bad()


class _Small(_Handler):
    """Elements of a small part, with their attributes."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.append((name, {_bare(key): value for key, value in attributes.items()}))


def _small(archive: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    handler = _Small()
    with archive.open(name) as part:
        for _ in _parsed(part, handler, MOST_SMALL):
            pass
    return handler.found


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The part that holds the first sheet."""
    book = _small(archive, "xl/workbook.xml")
    link = next((found["id"] for name, found in book if name == "sheet"), "")
    for name, found in _small(archive, "xl/_rels/workbook.xml.rels"):
        if name == "Relationship" and found.get("Id") == link:
            target = found["Target"]
            inside = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return posixpath.normpath(inside)
    raise _bad()


class _Texts(_Handler):
    """The workbook's table of texts, held as one piece of bytes with places: a few bytes each."""

    def __init__(self) -> None:
        self.bytes, self.places = bytearray(), array("L", [0])
        self._open, self._phonetic = False, False
        self._left = LONGEST_CELL

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._left = LONGEST_CELL
        elif name == "rPh":
            self._phonetic = True
        self._open = name == "t" and not self._phonetic

    def text(self, data: str) -> None:
        if self._open:
            kept = data[: self._left]
            self._left -= len(kept)
            self.bytes += kept.encode()

    def end(self, name: str) -> None:
        self._open = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.places.append(len(self.bytes))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self.places) - 1:
            raise _bad()
        return self.bytes[self.places[number] : self.places[number + 1]].decode()


def _texts(archive: zipfile.ZipFile) -> _Texts:
    texts = _Texts()
    if "xl/sharedStrings.xml" in archive.namelist():
        with archive.open("xl/sharedStrings.xml") as part:
            for _ in _parsed(part, texts, MOST_TEXTS):
                pass
    return texts


class _Sheet(_Handler):
    """Collects the cells of one row after another."""

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts
        self._rows: list[Row] = []
        self._number, self._cells = 0, [""]
        self._kind, self._column, self._open, self._value = "", -1, False, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells, self._column = [], -1
        elif name == "c":
            self._kind = attributes.get("t", "n")
            place = attributes.get("r")
            self._column = _column(place) if place else self._column + 1
            self._value = ""
        self._open = name in ("v", "t")

    def text(self, data: str) -> None:
        if self._open and len(self._value) < LONGEST_CELL:
            self._value += data[:LONGEST_CELL]

    def end(self, name: str) -> None:
        self._open = False
        if name == "c" and self._value and self._column < MOST_COLUMNS:
            self._cells += [""] * (self._column + 1 - len(self._cells))
            self._cells[self._column] = self._read()
        elif name == "row" and any(cell.strip() for cell in self._cells):
            self._rows.append((self._number, self._cells))

    def _read(self) -> str:
        if self._kind == "s":
            return self._texts[int(self._value)]
        if self._kind == "n":
            return _number(self._value)
        return self._value

    def taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows


def _number(value: str) -> str:
    """A number as people write it: whole ones without a point or an exponent."""
    if value.isascii() and value.isdigit():
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value


def _column(place: str) -> int:
    """B12 → 1."""
    number = 0
    for char in place:
        if not "A" <= char <= "Z":
            break
        number = number * 26 + ord(char) - 64
        if number > MOST_COLUMNS + 1:
            break
    if not number:
        raise _bad()
    return number - 1
