"""`make bench`: figures of speed as ratios measured side by side in one run.

Prints a table and writes `$PB_INSTANCE/bench.json`: name → figures.
"""

from __future__ import annotations

import json
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

from pb_portal.db import db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import index_words
from tests.conftest import make_settings, migrated
from tests.factories import make_cycle

SMALL, LARGE = 500, 20_000
ROUNDS = 15
WORDS = [
    "озеленение",
    "освещение",
    "двор",
    "арык",
    "площадка",
    "скамья",
    "тротуар",
    "пандус",
    "көгалдандыру",
    "жарық",
    "аула",
]


def cpu_ms(action: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Median processor milliseconds of an action, after one to warm up."""
    action()
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        action()
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def fill(number: int) -> str:
    """A cycle with so many public proposals; returns its slug."""
    chance = random.Random(number)
    now = datetime.now(UTC)
    with transaction() as work:
        cycle = make_cycle(work, PhaseKind.APPLICATIONS, areas=8)
        rows = []
        for place in range(1, number + 1):
            part = chance.choice(cycle.areas)
            proposal = Proposal(
                title=" ".join(chance.sample(WORDS, 3)),
                problem=" ".join(chance.choices(WORDS, k=20)),
                solution=" ".join(chance.choices(WORDS, k=20)),
                address=f"ул. Абая, {place}",
                number=place,
                language="ru",
            )
            index_words(proposal)
            rows.append(
                {
                    "cycle_id": cycle.id,
                    "number": place,
                    "title": proposal.title,
                    "problem": proposal.problem,
                    "solution": proposal.solution,
                    "address": proposal.address,
                    "search_text": proposal.search_text,
                    "area_id": part.area_id,
                    "lat": 43.2 + chance.random() / 10,
                    "lon": 76.8 + chance.random() / 10,
                    "cost": chance.randint(1, 90) * 1_000_000,
                    "status": "submitted",
                    "created_at": now,
                    "updated_at": now,
                    "submitted_at": now,
                }
            )
        work.execute(insert(Proposal), rows)
        return cycle.slug


def pages(app: Flask) -> dict[str, dict[str, float]]:
    """List, search and map at two sizes, and their ratio."""
    with app.app_context():
        slugs = {size: fill(size) for size in (SMALL, LARGE)}
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    client = app.test_client()
    paths = {
        "list page": "/c/{}/proposals",
        "search": "/c/{}/proposals?q=озеленение",
        "map points": "/c/{}/proposals/points.json",
    }
    figures = {}
    for name, path in paths.items():
        taken = {}
        for size, slug in slugs.items():
            address = path.format(slug)
            answer = client.get(address)
            if answer.status_code != 200:
                sys.exit(f"{address} answered {answer.status_code}")
            taken[size] = cpu_ms(lambda address=address: client.get(address))  # type: ignore[misc]
        figures[name] = {
            f"cpu_ms_{SMALL}": round(taken[SMALL], 2),
            f"cpu_ms_{LARGE}": round(taken[LARGE], 2),
            "ratio": round(taken[LARGE] / taken[SMALL], 2),
        }
    return figures


def tally() -> dict[str, dict[str, float]]:
    """The greedy count of one and of ten times as many ballots."""
    from pb_portal.tally import Ballot, Election, count
    from pb_portal.tally import Project as Candidate

    def election(voters: int) -> Election:
        chance = random.Random(voters)
        candidates = tuple(
            Candidate(id=str(number), cost=chance.randint(1, 90) * 1_000_000)
            for number in range(160)
        )
        names = [candidate.id for candidate in candidates]
        ballots = tuple(Ballot(choices=tuple(chance.sample(names, 3))) for _ in range(voters))
        return Election(projects=candidates, ballots=ballots, budget=1_000_000_000)

    few, many = election(9_000), election(90_000)
    order = [candidate.id for candidate in few.projects]
    small = cpu_ms(lambda: count(few, "greedy", order), 5)
    large = cpu_ms(lambda: count(many, "greedy", order), 5)
    return {
        "greedy count": {
            "cpu_ms_9000": round(small, 2),
            "cpu_ms_90000": round(large, 2),
            "ratio": round(large / small, 2),
        }
    }


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        app = migrated(make_settings(Path(folder), "bench", default_locale="ru"))
        figures = {**pages(app), **tally()}
        with app.app_context():
            db.engine.dispose()
    for name, row in figures.items():
        print(f"{name:<14}", "  ".join(f"{key} {value}" for key, value in row.items()))
    target = Path(os.environ.get("PB_INSTANCE", "instance"))
    target.mkdir(parents=True, exist_ok=True)
    (target / "bench.json").write_text(json.dumps(figures, indent=2), "utf-8")


main()
