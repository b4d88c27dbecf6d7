"""Reading a register's file: CSV or XLSX, columns in any order and language, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, Any

from pb_portal.domain.identity import iin_agrees, is_iin, normal_phone, parse_birth_date
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import fold
from pb_portal.parsing import Size, parse_pieces
from pb_portal.register.sheets import day_of, is_workbook, sheet_rows
from pb_portal.register.tables import Row, csv_rows

BATCH = 200

COLUMNS = {
    "iin": ("iin", "personal id number", "иин", "жсн"),
    "birth_date": ("birth_date", "birth date", "date of birth", "дата рождения", "туған күні"),
    "area": ("area", "area_code", "district", "район", "код района", "аудан", "аудан коды"),
    "permanent": (
        "permanent",
        "registration",
        "постоянная",
        "постоянная регистрация",
        "регистрация",
        "вид регистрации",
        "тұрақты",
        "тұрақты тіркеу",
        "тіркеу",
        "тіркеу түрі",
    ),
    "phone": (
        "phone",
        "phone number",
        "mobile",
        "телефон",
        "номер телефона",
        "мобильный телефон",
        "телефон нөмірі",
        "ұялы телефон",
    ),
}
_YES = {"1", "true", "yes", "да", "иә", "permanent", "постоянная", "постоянно", "тұрақты"}
_NO = {"0", "false", "no", "нет", "жоқ", "temporary", "временная", "временно", "уақытша"}


@dataclass(frozen=True, slots=True)
class Resident:
    """One line of a register, already in shape."""

    line: int
    iin: str
    born: date
    area: str
    permanent: bool
    phone: str
    """Empty when the city knows none: such a person proves identity in another way."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: a code for a sentence. Never holds what the line said."""

    line: int
    code: str
    params: dict[str, Any] = field(default_factory=dict)


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


def read_register(
    stream: IO[bytes], told: Callable[[int, int], None] = _silent
) -> Iterator[Resident | Fault]:
    """Residents and faults, in order, from CSV or XLSX, read in a child process. `told` hears how
    many bytes of how many are read. Refuses a file that is no such table at all."""
    for done, of, rows in _pieces("read_plain", stream):
        told(done, of)
        for number, *values in rows:
            if len(values) == 2:
                yield Fault(number, *values)
            else:
                iin, born, area, permanent, phone = values
                yield Resident(number, iin, date.fromisoformat(born), area, permanent, phone)


def read_cells(stream: IO[bytes]) -> Iterator[Row]:
    """Numbers and cells of all lines as they stand in the file, its headings first."""
    for _, _, rows in _pieces("cells_plain", stream):
        yield from ((number, cells) for number, cells in rows)


def _pieces(reader: str, stream: IO[bytes]) -> Iterator[Any]:
    return parse_pieces(
        f"pb_portal.register.reader:{reader}",
        stream,
        size=Size(memory_mb=16, cpu_seconds=4),
        field="file",
    )


def read_plain(source: IO[bytes]) -> Iterator[Any]:
    """The reader itself: how far it is, and lines as plain data."""
    workbook = is_workbook(source)
    progress = _Progress()
    rows = _rows(source, progress)
    _, header = next(rows, (0, []))
    places = _places(header)
    # a sheet leaves out the empty cells at the end of a row
    width = len(header) if workbook else 0
    read = (_resident(line, cells + [""] * (width - len(cells)), places) for line, cells in rows)
    return _batches((_plain(one) for one in read), progress)


def cells_plain(source: IO[bytes]) -> Iterator[Any]:
    """The reader of `read_cells`."""
    progress = _Progress()
    return _batches(_rows(source, progress), progress)


def _rows(source: IO[bytes], progress: _Progress) -> Iterator[Row]:
    return sheet_rows(source, progress) if is_workbook(source) else csv_rows(source, progress)


class _Progress:
    """How many bytes of how many are read."""

    done, of = 0, 1

    def __call__(self, done: int, of: int) -> None:
        self.done, self.of = done, of


def _batches(rows: Iterator[Any], progress: _Progress) -> Iterator[Any]:
    while some := list(islice(rows, BATCH)):
        yield progress.done, progress.of, some


def _plain(read: Resident | Fault) -> tuple[Any, ...]:
    if isinstance(read, Fault):
        return read.line, read.code, read.params
    return read.line, read.iin, read.born.isoformat(), read.area, read.permanent, read.phone


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
    iin, birth, area, kind, number = (_typed(cells[places[name]]) for name in COLUMNS)
    iin = _whole(iin)
    born = parse_birth_date(birth) or day_of(birth)
    phone = normal_phone(number) if number else ""
    code = _wrong_person(iin, born)
    if not code and phone is None:
        code = "register.phone_wrong"
    if not code and fold(kind) not in _YES | _NO:
        code = "register.permanent_wrong"
    if code or born is None or phone is None:
        return Fault(line, code)
    return Resident(line, iin, born, fold(area), fold(kind) in _YES, phone)


def _typed(cell: str) -> str:
    """The cell without the mark by which the portal's own tables keep formulas from working."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _whole(iin: str) -> str:
    """Spreadsheets drop the zeros an IIN begins with; the check digit and the birth date tell
    whether putting them back was right."""
    return iin.zfill(12) if 7 < len(iin) < 12 and iin.isascii() and iin.isdigit() else iin


def _wrong_person(iin: str, born: date | None) -> str:
    if not is_iin(iin):
        return "register.iin_wrong"
    if born is None:
        return "register.birth_date_wrong"
    return "" if iin_agrees(iin, born) else "register.birth_date_differs"
