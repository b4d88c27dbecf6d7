"""What if a past vote had been counted otherwise: a trial before rules are chosen."""

from __future__ import annotations

from flask import render_template, request

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.rule_words import rule_details, rule_name
from pb_portal.db import Missing, session
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.results import whatif, wording
from pb_portal.results.forms import WhatIfForm
from pb_portal.results.views import blueprint
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires


@blueprint.get("/desk/what-if")
@limits.visits("writes", by_line=False)
@requires(P.STEER_CYCLE)
def what_if() -> str | tuple[str, int]:
    """Choose a past vote and how to count it; the real result stands beside it."""
    form = WhatIfForm(request.args, meta={"csrf": False})
    form.offer(whatif.past_cycles(session()))
    status, replayed, cycle = 200, None, None
    scenarios = [whatif.Scenario()]
    if "cycle" in request.args:
        if form.validate():
            scenarios += form.scenarios()
            try:
                cycle = cycles.get_cycle(session(), form.cycle.data)
                replayed = whatif.replay(session(), clock.actor(), cycle, scenarios)
            except (Refusal, Missing) as refused:
                if isinstance(refused, Refusal):
                    form.show(refused)
                status, replayed = 422, None
        else:
            status = 422
    page = render_template(
        "results/what_if.html",
        form=form,
        cycle=cycle,
        scenarios=scenarios,
        replayed=replayed,
        withheld=wording.withheld,
        rule_name=rule_name,
        rule_details=rule_details,
    )
    return page, status
