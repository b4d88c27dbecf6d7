"""A file as numbered rows, read once, within limits."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from pb_portal.tally.pabulib.errors import PabulibError

MAX_BYTES: Final = 200 * 1000 * 1000
#: One line; a quoted field that runs over several lines is held to the same bound by csv.
MAX_LINE: Final = 128 * 1024
_CHUNK: Final = 64 * 1024
_BOM: Final = b"\xef\xbb\xbf"


class Rows:
    """The rows of a file, each a list of fields; ``line`` is where the last one ended."""

    def __init__(self, stream: BinaryIO, max_bytes: int = MAX_BYTES) -> None:
        self._stream, self._max = stream, max_bytes
        self._digest = hashlib.sha256()
        self._before = 0
        self._reader = csv.reader(self._lines(), delimiter=";")

    @property
    def line(self) -> int:
        """The line on which the last row ended."""
        return self._reader.line_num

    @property
    def sha256(self) -> str:
        """The digest of all bytes read so far: of the file, once the rows are exhausted."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[list[str]]:
        try:
            yield from self._reader
        except csv.Error as error:
            raise PabulibError("line_too_long", self.line, limit=MAX_LINE) from error

    def _lines(self) -> Iterator[str]:
        """The lines, taken apart a chunk at a time, which is what makes reading fast."""
        rest, size = b"", 0
        while chunk := self._stream.read(_CHUNK):
            size += len(chunk)
            self._digest.update(chunk)
            if size > self._max:
                raise PabulibError("too_large", limit=self._max // 1_000_000)
            if size == len(chunk):
                chunk = chunk.removeprefix(_BOM)
            whole, end, rest = (rest + chunk).rpartition(b"\n")
            if end:
                yield from self._decoded(whole + end)
            if len(rest) > MAX_LINE:
                self._decoded(rest)
                raise PabulibError("line_too_long", self._before + 1, limit=MAX_LINE)
        if rest:
            yield from self._decoded(rest)

    def _decoded(self, raw: bytes) -> list[str]:
        before, self._before = self._before, self._before + raw.count(b"\n")
        if (place := raw.find(b"\0")) >= 0:
            raise PabulibError("binary", before + raw.count(b"\n", 0, place) + 1)
        try:
            lines = list(io.StringIO(raw.decode(), newline="\n"))
        except UnicodeDecodeError as error:
            line = before + raw.count(b"\n", 0, error.start) + 1
            raise PabulibError("encoding", line) from error
        if max(map(len, lines)) > MAX_LINE:
            long = next(at for at, line in enumerate(lines, start=1) if len(line) > MAX_LINE)
            raise PabulibError("line_too_long", before + long, limit=MAX_LINE)
        return lines


def open_stream(source: str | os.PathLike[str] | BinaryIO | bytes, max_bytes: int) -> BinaryIO:
    """Open a path (refusing at once what is too large), wrap bytes, or pass a stream on."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if not isinstance(source, (str, os.PathLike)):
        return source
    path = Path(source)
    if path.is_file() and path.stat().st_size > max_bytes:
        raise PabulibError("too_large", limit=max_bytes // 1_000_000)
    return path.open("rb")
