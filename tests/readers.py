"""Readers that do to the child what a hostile file might."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import time
from collections.abc import Iterator
from tempfile import gettempdir
from typing import IO, Any


def hangs() -> None:
    time.sleep(600)


def works() -> None:
    while True:
        pass


def eats() -> int:
    return len(bytearray(3 << 30))


def crashes() -> None:
    ctypes.string_at(0)


def aborts() -> None:
    os.abort()


def leaves() -> None:
    os._exit(0)


def breaks() -> None:
    raise ZeroDivisionError


def babbles() -> None:
    os.write(1, b"\xff" * 64)


def floods() -> Iterator[str]:
    while True:
        yield "x" * 1_000_000


def writes() -> int:
    with open(os.path.join(gettempdir(), "portal-reader-wrote"), "wb") as target:
        return target.write(b"x")


def asks_beyond() -> None:
    from pb_portal.parsing import child

    child.Pipe().say("read", [7, -1, 1 << 40])
    time.sleep(600)


def answers(source: IO[bytes], **args: Any) -> dict[str, Any]:
    """What came in, and what the child is."""
    return {
        "content": source.read(),
        "args": args,
        "environment": dict(os.environ),
        "modules": sorted(sys.modules),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    }


def waits(seconds: float) -> list[float]:
    began = time.time()
    time.sleep(seconds)
    return [began, time.time()]
