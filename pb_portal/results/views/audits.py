"""The auditor's page of a vote: what the last audits found."""

from __future__ import annotations

from flask import render_template

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.results import auditing
from pb_portal.results.views import blueprint
from pb_portal.web.guard import requires
from pb_portal.web.signer import signer


@blueprint.get("/desk/cycles/<slug>/audit")
@requires(P.READ_AUDIT)
def audits(slug: str) -> str:
    """The outcome of the last audits, without any figure."""
    cycle = cycles.get_cycle(session(), slug, outlines=False)
    return render_template(
        "results/audits.html",
        cycle=cycle,
        runs=auditing.last_runs(session(), cycle.id),
        key=signer().public_key,
    )
