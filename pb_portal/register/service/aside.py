"""Lines set aside: taken out of the sent file and sealed like it, until somebody mends them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from pb_portal.register.tables import Row

Aside = Mapping[int, tuple[str, int]]


class AsideStream(io.RawIOBase):
    """The headings and the wrong lines of a file as lines of JSON, made while they are read:
    `[number, code, first, cells]`."""

    def __init__(self, rows: Iterable[Row], aside: Aside) -> None:
        super().__init__()
        self._rows, self._rest = _written(rows, aside), b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._rest:
            self._rest = next(self._rows, b"")
        piece, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(piece)] = piece
        return len(piece)


def _written(rows: Iterable[Row], aside: Aside) -> Iterator[bytes]:
    headings = True
    for number, cells in rows:
        if headings or number in aside:
            code, first = aside.get(number, ("", 0)) if not headings else ("", 0)
            yield json.dumps([number, code, first, cells], ensure_ascii=False).encode() + b"\n"
        headings = False


def read_aside(stream: IO[bytes]) -> Iterator[tuple[int, str, int, list[str]]]:
    """Number, mistake, line where the person stood first, and cells; the headings first."""
    for line in stream:
        number, code, first, cells = json.loads(line)
        yield number, code, first, cells
