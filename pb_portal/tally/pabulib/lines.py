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
_BOM: Final = b"\xef\xbb\xbf"


class Rows:
    """The rows of a file, each a list of fields; ``line`` is where the last one ended."""

    def __init__(self, stream: BinaryIO, max_bytes: int = MAX_BYTES) -> None:
        self._stream, self._max = stream, max_bytes
        self._digest = hashlib.sha256()
        self._seen = 0
        self._reader = csv.reader(self._lines(), delimiter=";")

    @property
    def line(self) -> int:
        return self._seen

    @property
    def sha256(self) -> str:
        """The digest of all bytes read so far: of the file, once the rows are exhausted."""
        return self._digest.hexdigest()

    def _lines(self) -> Iterator[str]:
        size = 0
        readline, update = self._stream.readline, self._digest.update
        while raw := readline(MAX_LINE + 1):
            self._seen += 1
            size += len(raw)
            update(raw)
            if size > self._max:
                raise PabulibError("too_large", limit=self._max // 1_000_000)
            if len(raw) > MAX_LINE:
                raise PabulibError("line_too_long", self._seen, limit=MAX_LINE)
            if self._seen == 1:
                raw = raw.removeprefix(_BOM)
            if b"\0" in raw:
                raise PabulibError("binary", self._seen)
            try:
                yield raw.decode()
            except UnicodeDecodeError as error:
                raise PabulibError("encoding", self._seen) from error

    def __iter__(self) -> Iterator[list[str]]:
        try:
            yield from self._reader
        except csv.Error as error:
            raise PabulibError("line_too_long", self._seen, limit=MAX_LINE) from error


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
