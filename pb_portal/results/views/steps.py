"""Where people stopped on the way to the last button: for commissioners, after the close."""

from __future__ import annotations

from flask import render_template

from pb_portal.cycles import queries as cycles
from pb_portal.db import database_now, session
from pb_portal.domain.ballot_steps import biggest_drop, funnel
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.results import queries
from pb_portal.results.views import blueprint
from pb_portal.voting import steps
from pb_portal.web.guard import requires


@blueprint.get("/desk/cycles/<slug>/count/steps")
@requires(P.COUNT)
def ballot_steps(slug: str) -> str:
    """The funnel of a vote; shares after the close, people once the result is certified."""
    cycle = cycles.get_cycle(session(), slug)
    try:
        found = steps.read(session(), cycle.id, database_now(session()))
    except Refusal:
        found = None
    stages = funnel(found.total) if found else []
    return render_template(
        "results/ballot_steps.html",
        cycle=cycle,
        voting=cycles.find_phase(cycle, PhaseKind.VOTING),
        stages=stages,
        worst=biggest_drop(stages),
        ways={how: funnel(counts) for how, counts in found.ways.items()} if found else {},
        days=found.days if found else {},
        certified=queries.certified_run(session(), cycle.id) is not None,
    )
