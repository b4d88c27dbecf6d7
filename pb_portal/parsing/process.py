"""The parent's side: starts the child, serves it the file, and waits no longer than it may.

The child is a fresh interpreter (no fork of a worker with its threads, keys and memory) with an
empty environment; it is up in some ten milliseconds, since readers' modules are light.
"""

from __future__ import annotations

import fcntl
import io
import logging
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from pb_portal.domain.refusal import Refusal
from pb_portal.parsing import frames

log = logging.getLogger(__name__)
MEGABYTE = 1 << 20
CHILD = Path(__file__).with_name("child.py")
TURN_SECONDS = 0.01
BLOCK = 1 << 18


@dataclass(frozen=True)
class Limits:
    """What a child may take for one file: some for any file, and more for each megabyte of it."""

    memory_mb: int = 176
    cpu_seconds: float = 1.0
    wall_seconds: float = 15.0
    most_memory_mb: int = 1024
    at_once: int = 1
    picture_megapixels: int = 50
    picture_memory_mb: int = 150


@dataclass(frozen=True)
class Size:
    """How much more than `Limits` a kind of file may take: for each megabyte, and for the work."""

    memory_mb: float = 0.0
    cpu_seconds: float = 0.0
    work_seconds: float = 0.0


@dataclass
class _Setup:
    limits: Limits
    folder: Path


_setup = _Setup(Limits(), Path(tempfile.gettempdir()) / f"portal-parsing-{os.getuid()}")
usages: list[dict[str, float]] | None = None
"""What children took, kept while this is a list: for measuring."""


def configure(limits: Limits, folder: Path) -> None:
    """Set the limits of this installation, and the folder where processes wait for each other."""
    _setup.limits, _setup.folder = limits, folder


def limits_of_pictures() -> dict[str, int]:
    """How large a picture may be when it is unpacked, for its reader."""
    limits = _setup.limits
    return {"megapixels": limits.picture_megapixels, "memory_mb": limits.picture_memory_mb}


def parse(
    call: str,
    *sources: bytes | IO[bytes],
    lane: str = "files",
    size: Size = Size(),
    field: str | None = None,
    **args: Any,
) -> Any:
    """What the reader answers. Refuses what the reader refuses, and `file.too_heavy` (on `field`)
    when the child dies, hangs or takes too much; `file.busy` when others' files take too long.

    Only so many files of a lane are read at once, over all threads and processes.
    """
    with _turn(lane, field):
        pieces = list(parse_pieces(call, *sources, size=size, field=field, **args))
    if len(pieces) != 1:
        raise Refusal("file.too_heavy", field=field)
    return pieces[0]


def parse_pieces(
    call: str,
    *sources: bytes | IO[bytes],
    size: Size = Size(),
    field: str | None = None,
    **args: Any,
) -> Iterator[Any]:
    """What the reader yields, piece by piece; outside any lane. Refuses as `parse` does."""
    streams = [io.BytesIO(source) if isinstance(source, bytes) else source for source in sources]
    lengths = [stream.seek(0, io.SEEK_END) for stream in streams]
    limits = _grown(_setup.limits, size, sum(lengths) / MEGABYTE)
    order = {
        "call": call,
        "args": args,
        "sizes": lengths,
        "memory": limits.memory_mb * MEGABYTE,
        "cpu": limits.cpu_seconds,
        "measure": usages is not None,
    }
    try:
        child = _Child(limits.wall_seconds)
    except OSError as error:
        log.error("no process could be started to read a file: %s", error.strerror)
        raise Refusal("file.busy", field=field) from None
    with child:
        try:
            child.say(order)
            yield from child.answers(streams)
        except (frames.FrameError, OSError, TypeError, ValueError) as error:
            log.warning("%s was stopped: %s", call, child.death(error))
            raise Refusal("file.too_heavy", field=field) from None


def _grown(limits: Limits, size: Size, megabytes: float) -> Limits:
    memory = limits.memory_mb + size.memory_mb * megabytes
    factor = limits.cpu_seconds / Limits.cpu_seconds
    more = factor * (size.cpu_seconds * megabytes + size.work_seconds)
    return replace(
        limits,
        memory_mb=int(min(memory, max(limits.most_memory_mb, limits.memory_mb))),
        cpu_seconds=limits.cpu_seconds + more,
        wall_seconds=limits.wall_seconds + 2 * more,
    )


class _Child:
    """A running child, and the pipes to it."""

    def __init__(self, seconds: float) -> None:
        paths = [path for path in sys.path if path and os.path.exists(path)]
        self._seconds = seconds
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", "-B", str(CHILD), *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd="/",
            bufsize=0,
        )
        assert self._process.stdin and self._process.stdout
        self._into, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._into, False)

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            if end:
                end.close()

    def death(self, error: Exception) -> str:
        """How it ended, for the log: never what the file held."""
        try:
            code = self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            return str(error) or type(error).__name__
        return f"{error or type(error).__name__}, status {code}"

    def say(self, value: Any) -> None:
        """Send a frame."""
        left = memoryview(frames.encode(value))
        while left:
            self._wait(self._into, select.POLLOUT)
            try:
                left = left[os.write(self._into, left) :]
            except BlockingIOError:
                continue

    def answers(self, streams: list[IO[bytes]]) -> Iterator[Any]:
        """Pieces until the child is done; its questions for bytes are answered meanwhile."""
        while True:
            kind, value = self._hear()
            if kind == "read":
                self.say(_bytes_of(streams, value))
            elif kind == "piece":
                yield value
            elif kind == "refused":
                code, field, params = value
                raise Refusal(str(code), field=field, **params)
            elif kind == "took" and usages is not None:
                usages.append(value)
            elif kind == "done":
                return
            else:
                raise frames.FrameError(f"{kind} {value}")

    def _hear(self) -> tuple[str, Any]:
        answer = frames.decode(self._read)
        if not (isinstance(answer, list) and len(answer) == 2):
            raise frames.FrameError("no answer")
        return answer[0], answer[1]

    def _read(self, size: int) -> bytes:
        target = bytearray()
        while len(target) < size:
            self._wait(self._out, select.POLLIN)
            piece = os.read(self._out, min(size - len(target), BLOCK))
            if not piece:
                raise frames.FrameError("ended")
            target += piece
        return bytes(target)

    def _wait(self, end: int, event: int) -> None:
        """Until the pipe is ready, for as long as the child may take in all; the time in which
        it waits for us is not counted."""
        began = time.monotonic()
        poll = select.poll()
        poll.register(end, event)
        ready = poll.poll(max(0.0, self._seconds) * 1000)
        self._seconds -= time.monotonic() - began
        if not ready or self._seconds <= 0:
            raise frames.FrameError("hangs")


def _bytes_of(streams: list[IO[bytes]], asked: Any) -> bytes:
    number, place, size = map(int, asked)
    if number not in range(len(streams)) or place < 0 or size < 0:
        raise frames.FrameError("no such bytes")
    stream = streams[number]
    stream.seek(place)
    return stream.read(min(size, BLOCK))


@contextmanager
def _turn(lane: str, field: str | None) -> Iterator[None]:
    """Wait for one of the lane's places, which all processes of the installation share."""
    limits, folder = _setup.limits, _setup.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = [(folder / f"{lane}-{number}").open("wb") for number in range(limits.at_once)]
    try:
        until = time.monotonic() + limits.wall_seconds
        while not any(_taken(place) for place in places):
            if time.monotonic() > until:
                raise Refusal("file.busy", field=field)
            time.sleep(TURN_SECONDS)
        yield
    finally:
        for place in places:
            place.close()


def _taken(place: IO[bytes]) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
