"""The council's decisions, for everybody."""

from __future__ import annotations

from flask import render_template, request

from pb_portal.cycles.queries import get_cycle
from pb_portal.db import session
from pb_portal.review import queries
from pb_portal.review.views import blueprint
from pb_portal.web.guard import public
from pb_portal.web.paging import asked_row, page_of

PAGE = 50


@blueprint.get("/c/<slug>/decisions")
@public
def decisions(slug: str) -> str:
    """Decisions of a cycle with protocol, outcome, grounds and explanation."""
    cycle = get_cycle(session(), slug)
    outcome = request.args.get("outcome", "")
    outcome = outcome if outcome in ("admit", "reject") else ""
    rows = queries.decisions_of_cycle(
        session(),
        cycle.id,
        outcome=outcome,
        before_id=asked_row("before"),
        limit=PAGE + 1,
    )
    return render_template(
        "review/decisions.html",
        cycle=cycle,
        page=page_of(rows, PAGE, lambda decision: decision.id),
        counts=queries.decision_counts(session(), cycle.id),
        outcome=outcome,
    )
