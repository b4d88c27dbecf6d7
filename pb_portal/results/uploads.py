"""Published elections brought by upload: a .pb file, or an archive with one for each area."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from pb_portal.domain.refusal import Refusal
from pb_portal.tally import ElectionError
from pb_portal.tally.pabulib import Reading, read

MOST_FILES = 100
MOST_UNPACKED = 200 * 1024 * 1024


def readings(data: bytes) -> list[Reading]:
    """The elections of an upload, read whole before anything is stored.

    Refuses (`import.unreadable`, with the sentence of the reader) what is no such file.
    """
    try:
        return [read(one) for one in _files(data)]
    except ElectionError as error:
        raise Refusal("import.unreadable", field="file", why=str(error)) from error


def _files(data: bytes) -> Iterator[bytes]:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        yield data
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refusal("import.bad_archive", field="file") from error


def _members(archive: zipfile.ZipFile) -> Iterator[bytes]:
    names = [name for name in archive.namelist() if name.lower().endswith(".pb")]
    if not names or len(names) > MOST_FILES:
        raise Refusal("import.no_files", field="file", most=MOST_FILES)
    left = MOST_UNPACKED
    for name in sorted(names):
        with archive.open(name) as stream:
            found = stream.read(left + 1)
        left -= len(found)
        if left < 0:
            raise Refusal("import.bad_archive", field="file")
        yield found


def slugs(slug: str, count: int) -> list[str]:
    """Addresses of the cycles: the one that was asked for, numbered where there are several."""
    return [slug] if count == 1 else [f"{slug}-{number}" for number in range(1, count + 1)]
