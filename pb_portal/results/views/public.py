"""The public page of a result."""

from __future__ import annotations

from functools import partial

from flask import render_template

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.rule_words import rule_name
from pb_portal.db import session
from pb_portal.domain.phases import PhaseKind
from pb_portal.results import bundles, queries, wording
from pb_portal.results.models import CountRun
from pb_portal.results.views import blueprint
from pb_portal.voting import heads
from pb_portal.voting.fraud.words import REASON_NAMES
from pb_portal.web import clock
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/results")
@public
def show(slug: str) -> str:
    """The certified result; before it, when there will be one."""
    cycle = cycles.get_cycle(session(), slug)
    run = queries.certified_run(session(), cycle.id)
    if run is None:
        waiting = queries.progress(session(), cycle, clock.now())
        return render_template(
            "results/not_yet.html",
            cycle=cycle,
            state=waiting.state,
            voting=cycles.find_phase(cycle, PhaseKind.VOTING),
            results=cycles.find_phase(cycle, PhaseKind.RESULTS),
        )
    return _result(cycle, run)


def _result(cycle: Cycle, run: CountRun) -> str:
    decimals = cycle.source.get("points_scale", 0) if cycle.is_imported else 0
    rules = cycles.rules_of(cycle)
    return render_template(
        "results/show.html",
        cycle=cycle,
        run=run,
        currency=cycle.currency,
        units=cycle.minor_units,
        scored=rules.ballot_type in ("points", "ranking"),
        result=queries.Result(queries.sections(session(), run)),
        turnout=queries.public_turnout(run),
        void_reasons=REASON_NAMES,
        margins=queries.margins(session(), run),
        rules=rules,
        signed=queries.signers(session(), run),
        registered=queries.registered(session(), cycle.id),
        set_aside=queries.set_aside(session(), cycle.id),
        category_names={one.code: one.names for one in cycles.categories(session())},
        reason=wording.reasons(cycle, run.rule, decimals),
        wording=wording,
        points=partial(wording.points, decimals=decimals),
        rule_name=rule_name,
        bundle=bundles.find(session(), run),
        heads=heads.of_cycle(session(), cycle.id),
    )
