"""What parent and child say to each other: a length, JSON, and the bytes it names."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

HEAD = struct.Struct(">II")
LONGEST = 96 * 1024 * 1024
"""Bytes of one frame. Who has more to say says it in pieces."""
_PLACE = "\0bytes"


class FrameError(Exception):
    """The other side does not keep to the form, or has gone."""


def encode(value: Any) -> bytes:
    """Plain data and bytes as a frame."""
    blobs: list[bytes] = []

    def placed(thing: Any) -> dict[str, list[int]]:
        if not isinstance(thing, bytes | bytearray | memoryview):
            raise TypeError(type(thing).__name__)
        blobs.append(bytes(thing))
        return {_PLACE: [len(blobs[-1]), sum(map(len, blobs[:-1]))]}

    text = json.dumps(value, default=placed, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"".join([HEAD.pack(len(text), sum(map(len, blobs))), text, *blobs])


def decode(read: Callable[[int], bytes]) -> Any:
    """The next frame. `read` gives exactly so many bytes, or raises `FrameError`."""
    length, rest = HEAD.unpack(read(HEAD.size))
    if length + rest > LONGEST:
        raise FrameError("too long")
    text, blobs = read(length), read(rest)

    def restored(value: dict[str, Any]) -> Any:
        place = value.get(_PLACE) if len(value) == 1 else None
        if isinstance(place, list) and [type(number) for number in place] == [int, int]:
            size, start = place
            return blobs[start : start + size]
        return value

    try:
        return json.loads(text.decode("utf-8", "surrogatepass"), object_hook=restored)
    except (ValueError, RecursionError):
        raise FrameError("no JSON") from None
