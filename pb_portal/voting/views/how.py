"""How the vote is protected, in everyday words."""

from __future__ import annotations

from flask import render_template

from pb_portal.cycles import queries as cycles
from pb_portal.voting.views import blueprint, visit
from pb_portal.voting.views.visit import Answer
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/vote/how")
@public
def how(slug: str) -> Answer:
    """Secret, once per person, counted, and what it cannot do."""
    cycle, phase = visit.get_vote(slug)
    rules = cycles.rules_of(cycle)
    return render_template(
        "voting/how.html",
        cycle=cycle,
        phase=phase,
        rules=rules,
        frozen=cycles.rules_frozen(cycle),
        digest=(cycle.rule_book and cycle.rule_book.digest) or rules.digest(),
    )
