"""How much everybody has to review and how long it takes; the public's word on the latter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template
from flask_babel import ngettext

from pb_portal.db import session
from pb_portal.domain.permissions import P, areas_of
from pb_portal.review import queries, queue, staff
from pb_portal.review.queue import VIEWS, Heap
from pb_portal.review.views import blueprint
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires

LATELY = timedelta(days=30)
YEAR = timedelta(days=365)


@blueprint.get("/desk/review/load")
@requires(P.REVIEW)
def load() -> str:
    """Load and median days by district and by person."""
    areas, at = areas_of(clock.actor(), P.REVIEW), clock.now()
    found = queue.heaps(session(), areas, None, at)
    return render_template(
        "review/load.html",
        districts=_districts(found),
        people=_people(found, staff.colleagues(session(), areas)),
        levels=queries.levels(session(), areas=areas, since=at - YEAR),
        total=_sums(found),
    )


def _sums(found: list[Heap]) -> dict[str, int]:
    return {name: sum(heap.counts[name] for heap in found) for name in VIEWS}


def _districts(found: list[Heap]) -> list[dict[str, Any]]:
    """Districts with their numbers, in the city's order."""
    parts: dict[int, list[Heap]] = {}
    for heap in found:
        if heap.area_id is not None:
            parts.setdefault(heap.area_id, []).append(heap)
    return [
        {"id": area_id, "name": i18n.local(heaps[0].area), "counts": _sums(heaps)}
        for area_id, heaps in parts.items()
    ]


def _people(found: list[Heap], colleagues: list[staff.Reviewer]) -> list[dict[str, Any]]:
    """Reviewers with what they hold and what they have done lately, the busiest first."""
    done = queries.findings_since(session(), clock.now() - LATELY)
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "counts": _sums([heap for heap in found if heap.reviewer_id == one.id]),
            "done": done.get(one.id, 0),
        }
        for one in colleagues
    ]
    return sorted(rows, key=lambda row: (-row["counts"]["todo"], row["name"]))


@blueprint.app_template_global()
def service_level(cycle_id: int) -> str:
    """How long a decision takes in a cycle, in a sentence; empty while there are few."""
    level = queries.levels(session(), cycle_id=cycle_id).get(None)
    if level is None or level.number < queries.ENOUGH:
        return ""
    return str(
        ngettext(
            "Decided in %(num)d day on the median; the time for rework is not counted.",
            "Decided in %(num)d days on the median; the time for rework is not counted.",
            level.days,
        )
    )
