"""Published elections brought by upload: a .pb file, or an archive with one for each area.

They are read in a child process (`pb_portal.parsing`), which answers with plain data.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from weakref import finalize

from pb_portal.domain.refusal import Refusal
from pb_portal.parsing import Size, parse_pieces
from pb_portal.tally import Ballot, Conflict, Election, ElectionError, Limits, Project
from pb_portal.tally.pabulib import Notice, Reading, read

MOST_FILES = 100
MOST_MEMBERS = 1000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 30
"""How many times its packed size a file of more than a megabyte may have."""
PIECE = 5000
_MEGABYTE = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Readings:
    """The elections of an upload, each put together when it is asked for: together they may take
    more memory than a worker has to spare."""

    def __init__(self, pieces: Iterator[Any]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115
        finalize(self, self._file.close)
        self._starts: list[int] = []
        for kind, value in pieces:
            if kind == "election":
                self._starts.append(self._file.tell())
            self._file.write(json.dumps(value).encode() + b"\n")
        self._end = self._file.tell()

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Reading]:
        for start, end in zip(self._starts, [*self._starts[1:], self._end], strict=True):
            self._file.seek(start)
            reading = _reading(json.loads(self._file.readline()))
            ballots: list[Ballot] = []
            while self._file.tell() < end:
                ballots += _ballots(json.loads(self._file.readline()))
            yield replace(reading, election=replace(reading.election, ballots=tuple(ballots)))


def readings(data: bytes) -> Readings:
    """The elections of an upload, read whole before anything is stored. What files say about
    single voters beside their ballots is left out.

    Refuses (`import.unreadable`, with the sentence of the reader) what is no such file.
    """
    return Readings(
        parse_pieces(
            "pb_portal.results.uploads:read_plain",
            data,
            size=Size(cpu_seconds=1.5),
            field="file",
        )
    )


def read_plain(source: BinaryIO) -> Iterator[tuple[str, Any]]:
    """The reader itself: each election, then its ballots in pieces."""
    try:
        for file in _files(source):
            reading = read(file)
            yield "election", _plain(reading)
            ballots = iter(reading.election.ballots)
            while some := list(islice(ballots, PIECE)):
                yield "ballots", [[b.choices, b.points, b.voter_id, b.weight] for b in some]
    except ElectionError as error:
        raise Refusal("import.unreadable", field="file", why=str(error)) from error


def _files(source: BinaryIO) -> Iterator[BinaryIO]:
    if not zipfile.is_zipfile(source):
        source.seek(0)
        yield source
        return
    try:
        with zipfile.ZipFile(source) as archive:
            yield from _members(archive)
    except _BROKEN as error:
        raise Refusal("import.bad_archive", field="file") from error


def _members(archive: zipfile.ZipFile) -> Iterator[BinaryIO]:
    members = archive.infolist()
    wanted = sorted(
        (member for member in members if member.filename.lower().endswith(".pb")), key=_name_of
    )
    if not wanted or len(wanted) > MOST_FILES or len(members) > MOST_MEMBERS:
        raise Refusal("import.no_files", field="file", most=MOST_FILES)
    large = [member for member in wanted if member.file_size > _most(member)]
    if large or sum(member.file_size for member in wanted) > MOST_UNPACKED:
        raise Refusal("import.bad_archive", field="file")
    for member in wanted:
        with archive.open(member) as stream:
            yield io.BytesIO(stream.read(member.file_size + 1))


def _name_of(member: zipfile.ZipInfo) -> str:
    return member.filename


def _most(member: zipfile.ZipInfo) -> int:
    return max(_MEGABYTE, MOST_RATIO * member.compress_size)


def _plain(reading: Reading) -> dict[str, Any]:
    election = reading.election
    plain = {place.name: getattr(election, place.name) for place in fields(Election)}
    plain |= {
        "ballots": [],
        "projects": [_values(item) for item in election.projects],
        "limits": _values(election.limits),
        "conflicts": [_values(item) for item in election.conflicts],
        "meta": dict(election.meta),
    }
    notices = [[item.code, item.line, dict(item.params)] for item in reading.notices]
    return {"election": plain, "sha256": reading.sha256, "notices": notices}


def _values(thing: Any) -> list[Any]:
    values = [getattr(thing, place.name) for place in fields(thing)]
    return [dict(value) if isinstance(value, Mapping) else value for value in values]


def _reading(plain: dict[str, Any]) -> Reading:
    values = plain["election"]
    election = Election(
        **{
            **values,
            "ballots": (),
            "projects": tuple(Project(*map(_firm, item)) for item in values["projects"]),
            "limits": Limits(*values["limits"]),
            "conflicts": tuple(Conflict(*map(_firm, item)) for item in values["conflicts"]),
        }
    )
    notices = tuple(Notice(*item) for item in plain["notices"])
    return Reading(election, plain["sha256"], notices)


def _firm(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _ballots(plain: list[Any]) -> Iterator[Ballot]:
    names: dict[str, str] = {}
    for choices, points, voter, weight in plain:
        chosen = tuple(names.setdefault(item, item) for item in choices)
        yield Ballot(chosen, tuple(points), voter, weight=weight)


def slugs(slug: str, count: int) -> list[str]:
    """Addresses of the cycles: the item that was asked for, numbered where there are several."""
    return [slug] if count == 1 else [f"{slug}-{number}" for number in range(1, count + 1)]
