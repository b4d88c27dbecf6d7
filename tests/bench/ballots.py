"""Ballots a second through the whole stack, beside the bare database writing the same rows."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from pb_portal.db import transaction
from pb_portal.voting.models import Ballot
from tests.bench.load import packed
from tests.conftest import pytest_sessionfinish
from tests.served import Ground, served_vote, workers_of

CLIENTS = (8, 32, 64)
BALLOTS = int(os.environ.get("BENCH_BALLOTS", "2000"))
GROWN = int(os.environ.get("BENCH_BOX", "1000000"))
TICK = os.sysconf("SC_CLK_TCK")


def processor_ms(pids: list[int]) -> float:
    """Processor time that processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / TICK


def bare_seconds(ground: Ground, clients: int) -> float:
    """How long the database alone takes."""
    rows = []
    for number, (token, key) in enumerate(ground.voters(BALLOTS)):
        rows.append(
            {
                "cycle": ground.cycle_id,
                "voter": key,
                "day": datetime.now(UTC).date().isoformat(),
                "name": ground.poll.name(key),
                "area": ground.area_id,
                "choices": json.dumps([ground.papers[number % len(ground.papers)]]),
                "nonce": secrets.token_hex(16),
                "leaf": secrets.token_hex(32),
                "token": sha256(token.encode()).hexdigest(),
            }
        )
    file = ground.folder / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "ascii")
    command = [sys.executable, "-m", "tests.bench.bare", ground.url, str(clients), str(file)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def pressed(ground: Ground, clients: int, workers: list[int]) -> dict[str, Any]:
    """What the load saw, and the processor time of the workers."""
    file = ground.folder / "presses"
    file.write_bytes(packed(ground.presses([token for token, _ in ground.voters(BALLOTS)])))
    before = processor_ms(workers)
    command = [sys.executable, "-m", "tests.bench.load", str(ground.port), str(clients), str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    assert found["statuses"] == {"302": BALLOTS}, found["statuses"]
    return {**found, "cpu": (processor_ms(workers) - before) / BALLOTS}


def measure(ground: Ground, clients: int, workers: list[int]) -> dict[str, float]:
    """One line of the table: the bare database before and after, the stack between."""
    before = bare_seconds(ground, clients)
    found = pressed(ground, clients, workers)
    bare = (before + bare_seconds(ground, clients)) / 2
    ms = found["ms"]
    p50, p99 = ms[len(ms) // 2], ms[int(len(ms) * 0.99)]
    return {
        "a second": round(BALLOTS / found["seconds"]),
        "bare": round(BALLOTS / bare),
        "ratio": round(bare / found["seconds"], 3),
        "p50 ms": round(p50, 1),
        "p99 ms": round(p99, 1),
        "p99/p50": round(p99 / p50, 1),
        "cpu ms": round(found["cpu"], 2),
    }


def grow(ground: Ground, size: int) -> None:
    """Fill the box with so many ballots."""
    with ground.app.app_context(), transaction() as work:
        for start in range(0, size, 10_000):
            work.execute(
                insert(Ballot),
                [
                    {
                        "cycle_id": ground.cycle_id,
                        "ballot_key": secrets.token_hex(32),
                        "revision": 1,
                        "area_id": ground.area_id,
                        "choices": [ground.papers[number % len(ground.papers)]],
                        "points": [],
                        "nonce": secrets.token_hex(16),
                        "leaf": secrets.token_hex(32),
                    }
                    for number in range(start, min(start + 10_000, size))
                ],
            )


@contextmanager
def database(name: str) -> Iterator[None]:
    """Use SQLite, or PostgreSQL at `TEST_POSTGRES_URL`."""
    before = os.environ.pop("TEST_DATABASE_URL", None)
    if name == "postgresql":
        os.environ["TEST_DATABASE_URL"] = os.environ["TEST_POSTGRES_URL"]
    try:
        yield
    finally:
        pytest_sessionfinish()
        os.environ.pop("TEST_DATABASE_URL", None)
        if before is not None:
            os.environ["TEST_DATABASE_URL"] = before


def figures(name: str) -> dict[str, dict[str, float]]:
    """The table of one database."""
    found = {}
    with (
        database(name),
        tempfile.TemporaryDirectory() as folder,
        served_vote(Path(folder)) as ground,
    ):
        workers = workers_of(ground.start(WEB_WORKERS="2"))
        pressed(ground, 8, workers)
        for clients in CLIENTS:
            found[f"ballots, {clients} clients ({name})"] = measure(ground, clients, workers)
        if GROWN:
            small = pressed(ground, 32, workers)["cpu"]
            grow(ground, GROWN)
            large = pressed(ground, 32, workers)["cpu"]
            found[f"a ballot among {GROWN:,} ({name})"] = {
                "cpu ms": round(large, 2),
                "to a small box": round(large / small, 2),
            }
    return found


def all_figures() -> dict[str, dict[str, float]]:
    """On SQLite, and on PostgreSQL when there is one."""
    found = figures("sqlite")
    if os.environ.get("TEST_POSTGRES_URL"):
        found |= figures("postgresql")
    return found


if __name__ == "__main__":
    for title, row in all_figures().items():
        print(f"{title:<42}", "  ".join(f"{key} {value}" for key, value in row.items()))
