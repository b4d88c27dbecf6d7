"""What the list's scripts ask for: points of the map, suggestions while typing."""

from __future__ import annotations

import math
from typing import Any

from flask import Response, json, request, url_for
from flask_babel import gettext as _

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session
from pb_portal.proposals import queries
from pb_portal.proposals.queries import Box
from pb_portal.proposals.views import asked as address
from pb_portal.proposals.views.base import blueprint
from pb_portal.web import limits
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/proposals/points.json")
@public
def points(slug: str) -> Any:
    """Places of the listed proposals as columns, or heaps of them, within the box asked for."""
    cycle = cycles.get_cycle(session(), slug, outlines=False)
    zoom = request.args.get("z", 11, type=int)
    found = queries.places(
        session(),
        cycle.id,
        address.asked_of(cycle),
        box=_box(),
        zoom=max(0, min(zoom, 20)),
        seconds=address.age(),
    )
    return _answer({**found, "base": url_for(".index", slug=slug) + "/"})


@blueprint.get("/c/<slug>/proposals/suggest.json")
@limits.visits("suggest")
@public
def suggest(slug: str) -> Any:
    """Words, proposals and addresses that continue what is being typed."""
    cycle = cycles.get_cycle(session(), slug, outlines=False)
    typed = request.args.get("q", "").replace("\0", "")
    found = queries.suggest(session(), cycle.id, typed, address.age())
    return _answer({"options": _options(cycle, found)})


def _options(cycle: Cycle, found: queries.Suggestions) -> list[dict[str, Any]]:
    """A word or an address is searched for; a proposal is opened."""
    searched = [(word, _("Search")) for word in found.words]
    searched += [(place, _("Address")) for place in found.addresses]
    return [{"text": text, "kind": kind, "q": text} for text, kind in searched] + [
        {
            "text": one.title,
            "kind": f"№ {one.number}",
            "lang": one.language,
            "url": url_for(".show", slug=cycle.slug, number=one.number),
        }
        for one in found.titles
    ]


def _box() -> Box | None:
    """`w,s,e,n` in degrees; anything else is no box."""
    parts = request.args.get("box", "")[:100].split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    if not all(math.isfinite(end) for end in (west, south, east, north)):
        return None
    fits = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return Box(west, south, east, north) if fits else None


def _answer(value: Any) -> Any:
    """Compact JSON; Cyrillic stays as it is, which halves it. Nothing in it is personal."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    answer = Response(text, mimetype="application/json")
    answer.headers["Cache-Control"] = "private, max-age=30"
    answer.add_etag()
    return answer.make_conditional(request)
