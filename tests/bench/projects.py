"""Register, map and scorecard at 500 and at 10,000 projects, with their updates and photos."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text, update

from pb_portal.db import db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.files.models import StoredFile
from pb_portal.projects.models import Project, ProjectPhoto, ProjectProposal, ProjectUpdate
from pb_portal.projects.search import indexed
from pb_portal.proposals.models import Proposal
from pb_portal.results.models import CountRun, ProposalResult
from tests.conftest import make_settings, migrated
from tests.factories import make_cycle, make_person
from tests.unguarded import unguarded

SIZES = (500, 10_000)
UPDATES, PHOTOS = 20, 10
"""For each project: 200,000 updates and 100,000 photos at the larger size."""
PAGES = {
    "register": "/projects",
    "register, filtered": "/projects?state=in_progress&late=1&q=аула",
    "register, board": "/projects?view=board",
    "register, map": "/projects?view=map",
    "map points": "/projects/points.json",
    "scorecard": "/projects/scorecard",
    "one project": "/projects/77",
}
STATES = ("planned", "design", "procurement", "works", "completed", "completed", "carried_over")
WORDS = ("аула", "скамья", "арык", "освещение", "тротуар", "жарық")
Measure = Callable[[Callable[[], Any]], float]


def projects(cpu_ms: Measure, folder: Path) -> dict[str, dict[str, float]]:
    """Each page at both sizes: as it is read again, and as it is read first after a change."""
    again: dict[str, dict[int, float]] = {name: {} for name in PAGES}
    first: dict[str, dict[int, float]] = {name: {} for name in PAGES}
    for size in SIZES:
        app = migrated(make_settings(folder, f"projects{size}", default_locale="ru"))
        with app.app_context():
            fill(size)
        for name, path in PAGES.items():
            again[name][size] = cpu_ms(lambda app=app, path=path: read(app, path))
            first[name][size] = cpu_ms(lambda app=app, path=path: change_and_read(app, path))
        with app.app_context():
            db.engine.dispose()
    figures = {}
    small, large = SIZES
    for name in PAGES:
        figures[name] = {
            f"cpu_ms_{small}": round(again[name][small], 2),
            f"cpu_ms_{large}": round(again[name][large], 2),
            "ratio": round(again[name][large] / again[name][small], 2),
            f"after_change_ms_{small}": round(first[name][small], 2),
            f"after_change_ms_{large}": round(first[name][large], 2),
        }
    return figures


def read(app: Flask, path: str) -> None:
    """Open a page as a visitor."""
    answer = app.test_client().get(path)
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}")


def change_and_read(app: Flask, path: str) -> None:
    """The same after somebody changed a project, so that nothing is remembered."""
    with app.app_context(), transaction() as work:
        work.execute(
            update(Project)
            .where(Project.number == 1)
            .values(version=Project.version + 1, updated_at=datetime.now(UTC))
        )
    read(app, path)


def fill(number: int) -> None:
    """So many winners as projects, with their updates and photos."""
    chance, now = random.Random(number), datetime.now(UTC)
    with transaction() as work:
        cycle = make_cycle(work, PhaseKind.DELIVERY, areas=8)
        areas = [part.area_id for part in cycle.areas]
        people = [make_person(work) for _ in range(2)]
        run = CountRun(
            cycle_id=cycle.id,
            state="certified",
            counted_at=now,
            certified_at=now,
            first_commissioner_id=people[0].id,
            second_commissioner_id=people[1].id,
            rule="greedy",
            input_digest="0" * 64,
        )
        guarded = (
            "results_count_run", "results_proposal", "proposals_proposal", "projects_project",
            "projects_proposal",
        )  # fmt: skip
        with unguarded(work, *guarded):
            work.add(run)
            work.flush()
            rows = [
                _row(place, cycle.id, chance.choice(areas), chance, now)
                for place in range(1, number + 1)
            ]
            work.execute(insert(Proposal), [_proposal(row, now) for row in rows])
            work.execute(insert(Project), rows)
            work.execute(
                insert(ProjectProposal),
                [{"project_id": row["id"], "proposal_id": row["id"], "part": 1} for row in rows],
            )
            work.execute(insert(ProposalResult), [_result(row, run.id) for row in rows])
        for batch in batches(_updates(rows, now)):
            work.execute(insert(ProjectUpdate), batch)
        for batch in batches(_photos(rows, now)):
            work.execute(insert(StoredFile), [stored for stored, _ in batch])
            work.execute(insert(ProjectPhoto), [photo for _, photo in batch])
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def batches(rows: Iterator[Any], size: int = 5000) -> Iterator[list[Any]]:
    """The rows in lists of so many."""
    while batch := list(islice(rows, size)):
        yield batch


def _row(
    place: int, cycle_id: int, area_id: int, chance: random.Random, now: datetime
) -> dict[str, Any]:
    title, address = " ".join(chance.sample(WORDS, 3)), f"ул. Абая, {place}"
    due = date.today() + timedelta(days=chance.randint(-200, 300))  # noqa: DTZ011
    return {
        "id": place,
        "number": place,
        "origin": "participatory",
        "cycle_id": cycle_id,
        "proposal_id": place,
        "title": title,
        "address": address,
        "search_text": indexed(title, address),
        "area_id": area_id,
        "lat": 43.2 + chance.random() / 10,
        "lon": 76.8 + chance.random() / 10,
        "status": chance.choice(STATES),
        "promised_sum": chance.randint(1, 90) * 1_000_000,
        "promised_on": due,
        "due_on": due,
        "created_at": now,
        "updated_at": now,
    }


def _proposal(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "id": row["id"],
        "cycle_id": row["cycle_id"],
        "number": row["number"],
        "title": row["title"],
        "language": "ru",
        "area_id": row["area_id"],
        "cost": row["promised_sum"],
        "status": "selected",
        "created_at": now,
        "updated_at": now,
    }


def _result(row: dict[str, Any], run_id: int) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "proposal_id": row["id"],
        "area_id": row["area_id"],
        "votes": 1,
        "score": 1,
        "rank": row["id"],
        "cost": row["promised_sum"],
        "selected": True,
        "reason": "won",
    }


def _updates(rows: list[dict[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    for row in rows:
        for number in range(UPDATES):
            at = now - timedelta(days=number)
            yield {
                "project_id": row["id"],
                "body": "Уложили плитку",
                "progress": 50,
                "at": at,
                "published_at": at,
            }


def _photos(
    rows: list[dict[str, Any]], now: datetime
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    number = 0
    for row in rows:
        for place in range(PHOTOS):
            number += 1
            stored = {
                "id": number,
                "key": f"key-{number}",
                "media_type": "image/jpeg",
                "size": 1,
                "width": 1920,
                "height": 1280,
                "public": True,
                "created_at": now,
                "sizes": [320, 800, 1600],
                "sized_at": now,
            }
            stage = ("before", "during", "after")[place % 3]
            photo = {"project_id": row["id"], "file_id": number, "stage": stage, "at": now}
            yield stored, photo
