"""Where residents can vote on paper."""

from __future__ import annotations

from flask import render_template, url_for

from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session
from pb_portal.domain.phases import PhaseKind
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.views import blueprint
from pb_portal.web import i18n
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/vote/paper")
@public
def where(slug: str) -> str:
    """Polling points by district, on a list and a map."""
    cycle = cycles.get_cycle(session(), slug)
    phase = cycles.find_phase(cycle, PhaseKind.VOTING)
    if phase is None or cycle.is_imported:
        raise Missing("vote")
    points = queries.open_points(session(), cycle.id)
    pins = [
        {
            "lat": point.lat,
            "lon": point.lon,
            "title": i18n.local(point.names),
            "text": i18n.local(point.addresses),
            "url": f"{url_for('.where', slug=slug)}#point-{point.id}",
            "key": str(point.id),
        }
        for point in points
        if point.lat is not None
    ]
    return render_template(
        "voting/paper/where.html", cycle=cycle, phase=phase, points=points, pins=pins
    )
