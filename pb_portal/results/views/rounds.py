"""Walking through the count of an area, and comparing its rule with others."""

from __future__ import annotations

from flask import render_template, request

from pb_portal.cycles.rule_words import rule_details, rule_name
from pb_portal.db import Missing, session
from pb_portal.results import queries, rounds, wording
from pb_portal.results.comparing import compared
from pb_portal.results.queries import Section
from pb_portal.results.views import blueprint
from pb_portal.results.views.files import certified
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/results/<area>/rounds")
@public
def walk(slug: str, area: str) -> str:
    """One step of the count, the way to the others, and a table of all."""
    cycle, run = certified(slug)
    section = _section(queries.sections(session(), run), area)
    steps = rounds.steps_of(section)
    at = min(max(request.args.get("round", 1, type=int), 1), max(len(steps), 1))
    rule = section.result.rule or run.rule
    return render_template(
        "results/rounds.html",
        cycle=cycle,
        section=section,
        steps=steps,
        at=at,
        step=steps[at - 1] if steps else None,
        segments=rounds.segments(section, steps, at),
        columns=rounds.columns(section, steps, at),
        box=f"0 0 {rounds.WIDTH} {rounds.HEIGHT}",
        height=rounds.HEIGHT,
        withheld=wording.withheld(section),
        rule_name=rule_name(rule),
        rule_details=rule_details(rule),
        reason=wording.reasons(cycle, rule),
    )


@blueprint.get("/c/<slug>/results/compare")
@public
def compare(slug: str) -> str:
    """What other rules would have given, after the certification only."""
    cycle, run = certified(slug)
    sections = queries.sections(session(), run)
    return render_template(
        "results/compare.html",
        cycle=cycle,
        run=run,
        withheld=wording.withheld,
        tables=compared(session(), run, sections),
        rule_name=rule_name,
        rule_details=rule_details,
    )


def _section(sections: list[Section], code: str) -> Section:
    found = next((one for one in sections if one.area.code == code), None)
    if found is None:
        raise Missing("area")
    return found
