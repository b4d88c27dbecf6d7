"""The child: takes one order, lowers its own limits, runs one reader, and ends.

Started as a script by `process`, with the paths of modules as arguments and an empty environment.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from types import GeneratorType
from typing import Any

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path[:] = sys.argv[1:]

from pb_portal.domain.refusal import Refusal
from pb_portal.parsing import frames

BLOCK = 1 << 18


class Pipe:
    """The two ends that lead to the parent."""

    def read(self, size: int) -> bytes:
        """Exactly so many bytes; ends the child when the parent has gone."""
        pieces = []
        while size:
            piece = os.read(0, min(size, BLOCK))
            if not piece:
                os._exit(3)
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def hear(self) -> Any:
        """What the parent says next."""
        return frames.decode(self.read)

    def say(self, kind: str, value: Any) -> None:
        """Tell the parent."""
        left = memoryview(frames.encode([kind, value]))
        while left:
            left = left[os.write(1, left) :]


class Source(io.RawIOBase):
    """A file that lies with the parent, who is asked for each piece."""

    def __init__(self, pipe: Pipe, number: int, size: int) -> None:
        super().__init__()
        self._pipe, self._number, self._size, self._place = pipe, number, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readall(self) -> bytes:
        pieces = []
        while piece := self.read(BLOCK):
            pieces.append(piece)
        return b"".join(pieces)

    def readinto(self, target: Any) -> int:
        wanted = min(len(target), max(0, self._size - self._place))
        if not wanted:
            return 0
        self._pipe.say("read", [self._number, self._place, wanted])
        data = self._pipe.hear()
        target[: len(data)] = data
        self._place += len(data)
        return len(data)


def lower(memory: int, cpu: float) -> None:
    """Bound what this process may take from here on; nothing of it can be raised again."""
    with suppress(FileNotFoundError), open("/proc/self/statm", encoding="ascii") as status:
        _bound("RLIMIT_AS", int(status.read().split()[0]) * resource.getpagesize() + memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _bound("RLIMIT_CPU", int(used.ru_utime + used.ru_stime + cpu) + 2)
    signal.setitimer(signal.ITIMER_PROF, cpu)
    for name, most in (("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", 32)):
        _bound(name, most)


def _bound(name: str, most: int) -> None:
    with suppress(ValueError, OSError, AttributeError):
        resource.setrlimit(getattr(resource, name), (most, most))


def usage() -> dict[str, float]:
    """CPU seconds, and the most memory in megabytes that was taken at once."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    return {"cpu": used.ru_utime + used.ru_stime, "memory": int(peak) / 1024}


def run(pipe: Pipe) -> None:
    """Do what the order says."""
    order = pipe.hear()
    module, _, name = order["call"].partition(":")
    call = getattr(import_module(module), name)
    sources = [
        io.BufferedReader(Source(pipe, number, size), BLOCK)
        for number, size in enumerate(order["sizes"])
    ]
    lower(order["memory"], order["cpu"])
    end: tuple[str, Any] = "done", None
    try:
        answer = call(*sources, **order["args"])
        pieces: Iterator[Any] = answer if isinstance(answer, GeneratorType) else iter([answer])
        for piece in pieces:
            pipe.say("piece", piece)
    except Refusal as refusal:
        end = "refused", [refusal.code, refusal.field, refusal.params]
    except MemoryError:
        end = "over", "memory"
    except Exception as error:
        end = "broken", type(error).__name__
    if order["measure"]:
        pipe.say("took", usage())
    pipe.say(*end)


if __name__ == "__main__":
    run(Pipe())
    os._exit(0)
