"""The database alone writing the rows of ballots: the yardstick of `tests.bench.ballots`.

Run as `python -m tests.bench.bare URL CLIENTS FILE`: FILE holds the rows as JSON lines. On SQLite
one connection writes, since there can only be one writer; on PostgreSQL so many at once.
Prints the seconds it took.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

STATEMENTS = (
    'INSERT INTO voting_participation (cycle_id, voter_key, channel, "on", mac)'
    " VALUES (:cycle, :voter, 'portal', :day, :nonce)",
    "INSERT INTO voting_ballot"
    " (cycle_id, ballot_key, revision, area_id, choices, points, nonce, leaf)"
    " VALUES (:cycle, :name, 1, :area, :choices, '[]', :nonce, :leaf)",
    "DELETE FROM voting_draft WHERE cycle_id = :cycle AND ballot_key = :name",
    "UPDATE voting_session SET finished = true WHERE token_hash = :token",
)


def on_sqlite(path: str, rows: list[dict[str, Any]]) -> None:
    """One connection, one transaction per ballot, as durable as the portal."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    for row in rows:
        connection.execute("BEGIN IMMEDIATE")
        for statement in STATEMENTS:
            connection.execute(statement, row)
        connection.execute("COMMIT")


def on_postgresql(url: str, clients: int, rows: list[dict[str, Any]]) -> None:
    """So many connections, one transaction per ballot."""
    waiting = iter(rows)
    spelt = [
        statement.replace(":cycle", "%(cycle)s")
        .replace(":voter", "%(voter)s")
        .replace(":day", "%(day)s")
        .replace(":name", "%(name)s")
        .replace(":area", "%(area)s")
        .replace(":choices", "%(choices)s")
        .replace(":nonce", "%(nonce)s")
        .replace(":leaf", "%(leaf)s")
        .replace(":token", "%(token)s")
        for statement in STATEMENTS
    ]

    def one_client(rows: Iterator[dict[str, Any]]) -> None:
        with psycopg.connect(url) as connection:
            connection.prepare_threshold = 0
            for row in rows:
                for statement in spelt:
                    connection.execute(statement, row)
                connection.commit()

    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(one_client, waiting) for _ in range(clients)]:
            done.result()


if __name__ == "__main__":
    url, clients, file = make_url(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    rows = [json.loads(line) for line in file.read_text("ascii").splitlines()]
    began = time.perf_counter()
    if url.get_backend_name() == "sqlite":
        on_sqlite(str(url.database), rows)
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        on_postgresql(plain, clients, rows)
    print(time.perf_counter() - began)
