"""The list, its search and its map with 500 proposals and with 20,000, on one database."""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from pb_portal.cycles.models import Category
from pb_portal.db import db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals.models import LOTS, Proposal
from pb_portal.proposals.service import word_index
from pb_portal.proposals.words import index_of
from tests.conftest import make_settings, migrated, pytest_sessionfinish
from tests.factories import make_category, make_cycle

SMALL, LARGE = 500, 20_000
ROUNDS = 15
KINDS = {
    "landscaping": "Озеленение",
    "sidewalk_improvement": "Тротуары",
    "sidewalk_building": "Пандусы и арыки",
    "common_lighting": "Освещение",
    "curbs_walls": "Бордюры",
    "dumps": "Свалки",
    "gazebos_benches": "Беседки и скамьи",
    "playgrounds": "Детские площадки",
    "sanitation": "Санитария",
}
SYLLABLES = ("ба", "ко", "ли", "ну", "ра", "се", "то", "ша", "жы", "гө", "құ", "ме")
STATES = ("submitted", "in_review", "returned", "admitted", "rejected", "withdrawn")
PATHS = {
    "list page": "/c/{}/proposals",
    "list, cheapest, deep": "/c/{}/proposals?sort=cheap&after=45000000-1",
    "list, two filters": "/c/{}/proposals?category={}&cost=5000000-15000000",
    "search, common word": "/c/{}/proposals?q=озеленение",
    "search, rare word": "/c/{}/proposals?q=фонтанчик",
    "map of the city": "/c/{}/proposals/points.json",
    "map, closer": "/c/{}/proposals/points.json?z=15&box=76.84,43.24,76.87,43.26",
    "suggestions": "/c/{}/proposals/suggest.json?q=озел",
}


def fill(number: int, kinds: list[Category]) -> str:
    """A cycle with so many public proposals; returns its slug."""
    chance = random.Random(number)
    now = datetime.now(UTC)
    words = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(1_500)]
    with transaction() as work:
        cycle = make_cycle(work, PhaseKind.APPLICATIONS, areas=8)
        rows = []
        for place in range(1, number + 1):
            kind = chance.choice(kinds)
            title = " ".join(chance.sample(words, 4)) + (" фонтанчик" if place % 250 == 0 else "")
            body = " ".join(chance.choices(words, k=90))
            address = f"ул. {chance.choice(words)}, {place % 300}"
            cost = chance.randint(1, 90) * 1_000_000
            rows.append(
                {
                    "cycle_id": cycle.id,
                    "number": place,
                    "title": title,
                    "problem": body,
                    "solution": body,
                    "address": address,
                    "category_id": kind.id,
                    "cost": cost,
                    "listed_price": cost,
                    "lot": chance.randrange(LOTS),
                    "search_text": index_of(str(place), title, address, body, kind.names["ru"]),
                    "area_id": chance.choice(cycle.areas).area_id,
                    "lat": 43.2 + chance.random() / 10,
                    "lon": 76.8 + chance.random() / 10,
                    "status": chance.choice(STATES),
                    "created_at": now,
                    "updated_at": now,
                    "submitted_at": now,
                }
            )
        for start in range(0, number, 1_000):
            work.execute(insert(Proposal), rows[start : start + 1_000])
        word_index.rebuild(work, cycle.id)
        return cycle.slug


def median(action: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Median milliseconds of an action by a clock, after one to warm up."""
    action()
    taken = []
    for _ in range(ROUNDS):
        started = clock()
        action()
        taken.append((clock() - started) * 1000)
    return statistics.median(taken)


def compare(app: Flask, addresses: dict[int, str]) -> dict[str, float]:
    """A page at both sizes: processor and elapsed time, and the ratio of what elapsed."""
    client = app.test_client()
    figures: dict[str, float] = {}
    for size, address in addresses.items():
        answer = client.get(address)
        if answer.status_code != 200:
            sys.exit(f"{address} answered {answer.status_code}")
        for name, clock in (("cpu_ms", time.process_time), ("ms", time.perf_counter)):
            taken = median(lambda address=address: client.get(address), clock)  # type: ignore[misc]
            figures[f"{name}_{size}"] = round(taken, 2)
    figures["ratio"] = round(figures[f"ms_{LARGE}"] / figures[f"ms_{SMALL}"], 2)
    return figures


def measure(app: Flask) -> dict[str, dict[str, float]]:
    """Every page, with counts kept as they are in use; the list also with counts made anew."""
    with app.app_context():
        with transaction() as work:
            kinds = [make_category(work, code, names={"ru": name}) for code, name in KINDS.items()]
            first = kinds[0].id
        slugs = {size: fill(size, kinds) for size in (SMALL, LARGE)}
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    found = {
        name: compare(app, {size: path.format(slug, first) for size, slug in slugs.items()})
        for name, path in PATHS.items()
    }
    app.config["COUNTS_SECONDS"] = 0
    for name in ("list page", "search, common word", "map of the city"):
        addresses = {size: PATHS[name].format(slug, first) for size, slug in slugs.items()}
        found[f"{name}, counted anew"] = compare(app, addresses)
    return found


def figures(database: str) -> dict[str, dict[str, float]]:
    """The table of one database: sqlite, or postgresql at `TEST_POSTGRES_URL`."""
    before = os.environ.pop("TEST_DATABASE_URL", None)
    if database == "postgresql":
        os.environ["TEST_DATABASE_URL"] = os.environ["TEST_POSTGRES_URL"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = make_settings(Path(folder), "bench", default_locale="ru", counts_seconds=30)
            app = migrated(settings)
            found = measure(app)
            with app.app_context():
                db.engine.dispose()
    finally:
        pytest_sessionfinish()
        os.environ.pop("TEST_DATABASE_URL", None)
        if before is not None:
            os.environ["TEST_DATABASE_URL"] = before
    return {f"{name} ({database})": row for name, row in found.items()}


def all_figures() -> dict[str, dict[str, float]]:
    """On SQLite, and on PostgreSQL when there is one."""
    found = figures("sqlite")
    if os.environ.get("TEST_POSTGRES_URL"):
        found |= figures("postgresql")
    return found
