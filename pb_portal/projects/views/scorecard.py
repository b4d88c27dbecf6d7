"""The scorecard: what became of everything residents chose, with the names behind each number."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from pb_portal.cycles.queries import get_cycle
from pb_portal.db import session
from pb_portal.projects.queries import scorecard as queries
from pb_portal.projects.queries.remembered import remembered, stamp
from pb_portal.projects.queries.scorecard import FATES, Card, Winner
from pb_portal.projects.views.base import address, blueprint
from pb_portal.web import clock
from pb_portal.web.guard import public

ON_PAGE = 60


def _known() -> tuple[list[Winner], list[Card]]:
    """Winners and cards as they stand now, counted once until a project changes."""
    mark, today = stamp(session()), clock.today()

    def find() -> tuple[list[Winner], list[Card]]:
        found = queries.winners(session())
        return found, queries.cards(session(), found, today)

    return remembered(mark, ("scorecard", today), find)


@blueprint.get("/projects/scorecard")
@public
def scorecard() -> str:
    """Each cycle: chosen, and what became of them, in all and by district."""
    return render_template("projects/scorecard.html", cards=_known()[1], FATES=FATES)


@blueprint.get("/projects/scorecard/<slug>")
@public
def scorecard_names(slug: str) -> str:
    """The names behind one number of the scorecard."""
    cycle, today = get_cycle(session(), slug), clock.today()
    fate, area = request.args.get("is", ""), request.args.get("area", "")
    found, cards = _known()
    card = next((one for one in cards if one.cycle_id == cycle.id), None)
    here = next((one for one in (card.areas if card else []) if one.code == area), None)
    mine = [
        winner
        for winner in found
        if winner.cycle_id == cycle.id
        and (not fate or winner.fate(today) == fate)
        and (not area or (here is not None and winner.area_id == here.id))
    ]
    start = max(0, request.args.get("from", 0, type=int) or 0)
    return render_template(
        "projects/scorecard_names.html",
        cycle=cycle,
        fate=fate if fate in FATES else "",
        area=here.names if here else None,
        number=len(mine),
        rows=queries.named(session(), mine[start : start + ON_PAGE]),
        today=today,
        next=_next(slug, start, len(mine)),
    )


def _next(slug: str, start: int, number: int) -> str | None:
    if start + ON_PAGE >= number:
        return None
    more: dict[str, Any] = {key: request.args[key] for key in ("is", "area") if key in request.args}
    return address(".scorecard_names", slug=slug, **more, **{"from": start + ON_PAGE})
