"""What everybody may read about cycles."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request

from pb_portal.approvals import queries as approvals
from pb_portal.cycles import queries
from pb_portal.cycles.ballot_words import ballot_marking, ballot_scope
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.rule_words import rule_details, rule_story, way_names
from pb_portal.cycles.service import CALENDAR_KINDS
from pb_portal.cycles.views import blueprint
from pb_portal.cycles.views.calendar import timeline
from pb_portal.cycles.views.changes import changes
from pb_portal.db import session
from pb_portal.domain import phases
from pb_portal.domain.phases import PhaseKind
from pb_portal.places.queries import inner_point
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.signer import signer

AN_HOUR = "public, max-age=3600"


@blueprint.get("/cycles")
@public
def index() -> str:
    """Every cycle: those running, past ones and imported ones."""
    at = clock.now()
    own = queries.all_cycles(session(), imported=False)
    imported = queries.all_cycles(session(), imported=True)
    return render_template(
        "cycles/index.html",
        own=[_card(cycle, at) for cycle in own],
        imported=[_card(cycle, at) for cycle in imported],
    )


def _card(cycle: Cycle, at: datetime) -> dict[str, Any]:
    return {
        "cycle": cycle,
        "phases": phases.all_open(cycle.phases, at),
        "next": phases.upcoming(cycle.phases, at),
        "budget": sum(part.budget for part in cycle.areas),
    }


@blueprint.get("/c/<slug>")
@public
def show(slug: str) -> str:
    """One cycle: calendar, what can be done now, areas and their budgets."""
    at = clock.now()
    cycle = queries.get_cycle(session(), slug)
    approved = approvals.of_kinds(session(), cycle.id, CALENDAR_KINDS, "approved")
    return render_template(
        "cycles/show.html",
        cycle=cycle,
        timeline=timeline(cycle, at),
        open_phases=phases.all_open(cycle.phases, at),
        upcoming=phases.upcoming(cycle.phases, at),
        voted=queries.phase_over(cycle, PhaseKind.VOTING, at),
        changed=changes(cycle, approved),
        budget=sum(part.budget for part in cycle.areas),
        outlined=any(part.area.outline for part in cycle.areas),
    )


@blueprint.get("/c/<slug>/rules")
@public
def rules(slug: str) -> str:
    """The rule book in plain words, with its hash."""
    cycle = queries.get_cycle(session(), slug)
    book = queries.rules_of(cycle)
    row = cycle.rule_book
    return render_template(
        "cycles/rules.html",
        cycle=cycle,
        rules=book,
        row=row,
        frozen=queries.rules_frozen(cycle),
        digest=book.digest(),
        ballot_marking=ballot_marking,
        ballot_scope=ballot_scope,
        rule_story=rule_story,
        rule_details=rule_details,
        proofs=" ".join(f"{way_names()[way]}." for way in book.identity),
        own_rules=[p for p in cycle.areas if p.area.code in book.options.get("area_rules", {})],
        public_key=signer().public_key,
        voting=queries.find_phase(cycle, PhaseKind.VOTING),
    )


@blueprint.get("/c/<slug>/rules.json")
@public
def rules_file(slug: str) -> Response:
    """The very bytes that were hashed: `sha256sum` of this file is the published digest."""
    cycle = queries.get_cycle(session(), slug)
    response = make_response(queries.rules_of(cycle).canonical())
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{cycle.slug}-rules.json"'
    return response


@blueprint.get("/c/<slug>/areas.json")
@public
def areas_json(slug: str) -> Response:
    """Outlines of the cycle's areas as GeoJSON, for maps."""
    cycle = queries.get_cycle(session(), slug)
    response = make_response(json.dumps(_outlines(cycle), ensure_ascii=False))
    response.mimetype = "application/geo+json"
    response.headers["Cache-Control"] = AN_HOUR
    response.add_etag()
    response.make_conditional(request)
    return response


def _outlines(cycle: Cycle) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "id": part.area.code,
            "properties": {
                "slug": part.area.code,
                "name": part.area.names,
                "budget": part.budget,
                "label": inner_point(part.area.outline),
            },
            "geometry": part.area.outline,
        }
        for part in cycle.areas
        if part.area.outline
    ]
    return {"type": "FeatureCollection", "features": features}
