"""Rows of a CSV file, line by line, in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO

from pb_portal.domain.refusal import Refusal

LONGEST_LINE = 4096
PIECE = 1000
"""Lines between two words about how far the reading is."""
Row = tuple[int, list[str]]
"""Number of the line, and its cells."""


def unreadable(line: int) -> Refusal:
    """The file cannot be read from this line on."""
    return Refusal("register.unreadable", field="file", line=line)


def csv_rows(stream: IO[bytes], told: Callable[[int, int], None]) -> Iterator[Row]:
    """Cells of every line that holds any. `told` hears how many bytes of how many are read.
    Refuses what is no text."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    lines = csv.reader(_lines(stream), delimiter=_delimiter(stream), strict=True)
    try:
        for cells in lines:
            if lines.line_num % PIECE == 0:
                told(stream.tell(), size)
            if any(cell.strip() for cell in cells):
                yield lines.line_num, cells
    except csv.Error:
        raise unreadable(lines.line_num) from None


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
                raise unreadable(number)
            yield line
    except UnicodeDecodeError:
        raise unreadable(number + 1) from None
    finally:
        with suppress(ValueError):  # the caller may have closed the file before us
            text.detach()
