"""Reading a register's file: CSV in any column order, line by line, in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from pb_portal.domain.identity import iin_agrees, is_iin, normal_phone, parse_birth_date
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import fold

LONGEST_LINE = 4096
COLUMNS = {
    "iin": ("iin", "иин", "жсн"),
    "birth_date": ("birth_date", "birth date", "дата рождения", "туған күні"),
    "area": ("area", "area_code", "район", "аудан"),
    "permanent": ("permanent", "постоянная", "постоянная регистрация", "тұрақты"),
    "phone": ("phone", "телефон", "телефон нөмірі"),
}
_YES = {"1", "true", "yes", "да", "иә", "permanent", "постоянная", "тұрақты"}
_NO = {"0", "false", "no", "нет", "жоқ", "temporary", "временная", "уақытша"}


@dataclass(frozen=True, slots=True)
class Resident:
    """One line of a register, already in shape."""

    line: int
    iin: str
    born: date
    area: str
    permanent: bool
    phone: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: a code for a sentence. Never holds what the line said."""

    line: int
    code: str
    params: dict[str, Any] = field(default_factory=dict)


def read_register(stream: IO[bytes]) -> Iterator[Resident | Fault]:
    """Residents and faults, in order. Refuses a file that is no such table at all."""
    lines = csv.reader(_lines(stream), delimiter=_delimiter(stream), strict=True)
    try:
        header = next(lines, None)
        places = _places(header or [])
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield _resident(lines.line_num, cells, places)
    except csv.Error:
        raise Refusal("register.unreadable", field="file", line=lines.line_num) from None


def _encoding(stream: IO[bytes]) -> str:
    """UTF-8, else what Russian and Kazakh spreadsheets write when they do not."""
    start = stream.read(LONGEST_LINE)
    stream.seek(0)
    try:
        start[: start.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"


def _delimiter(stream: IO[bytes]) -> str:
    first = stream.readline(LONGEST_LINE)
    stream.seek(0)
    return max((b";", b"\t", b","), key=first.count).decode()


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines of bounded length, so that no file can fill the memory."""
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), newline="")
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if "\0" in line or (len(line) >= LONGEST_LINE and not line.endswith("\n")):
                raise Refusal("register.unreadable", field="file", line=number)
            yield line
    except UnicodeDecodeError:
        raise Refusal("register.unreadable", field="file", line=number + 1) from None
    finally:
        with suppress(ValueError):  # the caller may have closed the file before us
            text.detach()


def _places(header: list[str]) -> dict[str, int]:
    found = {fold(name): index for index, name in enumerate(header)}
    places = {}
    for column, names in COLUMNS.items():
        index = next((found[fold(name)] for name in names if fold(name) in found), None)
        if index is None:
            raise Refusal("register.column_missing", field="file", column=column)
        places[column] = index
    return places


def _resident(line: int, cells: list[str], places: dict[str, int]) -> Resident | Fault:
    if len(cells) <= max(places.values()):
        return Fault(line, "register.line_short")
    iin, birth, area, kind, number = (cells[places[name]].strip() for name in COLUMNS)
    born, phone = parse_birth_date(birth), normal_phone(number)
    code = _wrong_person(iin, born)
    if not code and phone is None:
        code = "register.phone_wrong"
    if not code and fold(kind) not in _YES | _NO:
        code = "register.permanent_wrong"
    if code or born is None or phone is None:
        return Fault(line, code)
    return Resident(line, iin, born, fold(area), fold(kind) in _YES, phone)


def _wrong_person(iin: str, born: date | None) -> str:
    if not is_iin(iin):
        return "register.iin_wrong"
    if born is None:
        return "register.birth_date_wrong"
    return "" if iin_agrees(iin, born) else "register.birth_date_differs"
