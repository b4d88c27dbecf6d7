"""Presses the last button of many voters at once, from a process of its own.

Run as `python -m tests.bench.load PORT CLIENTS FILE`: FILE holds the requests, each after its
length in four bytes. Prints JSON: seconds, statuses, and the times of all answers in ms.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


def packed(requests: list[bytes]) -> bytes:
    """Requests as one file."""
    return b"".join(len(one).to_bytes(4, "big") + one for one in requests)


def unpacked(data: bytes) -> list[bytes]:
    """The requests of a file."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


async def answer_to(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    """Send one request and read its whole answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return head + body


async def press_all(port: int, clients: int, requests: list[bytes]) -> dict[str, object]:
    """Send everything through so many connections that stay open."""
    waiting = iter(requests)
    times: list[float] = []
    statuses: Counter[str] = Counter()

    async def one_client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            began = time.perf_counter()
            try:
                answer = await answer_to(reader, writer, request)
            except (OSError, asyncio.IncompleteReadError):
                statuses["lost"] += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            times.append((time.perf_counter() - began) * 1000)
            statuses[answer[9:12].decode()] += 1
            if b"connection: close" in answer[:600].lower():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one_client() for _ in range(clients)))
    return {"seconds": time.perf_counter() - began, "statuses": statuses, "ms": sorted(times)}


if __name__ == "__main__":
    port, clients, file = sys.argv[1:4]
    everything = unpacked(Path(file).read_bytes())
    print(json.dumps(asyncio.run(press_all(int(port), int(clients), everything))))
