"""The published rules of the fraud desk."""

from __future__ import annotations

from flask import render_template

from pb_portal.domain.fraud_case import REASONS
from pb_portal.voting.fraud import words
from pb_portal.voting.views import blueprint, visit
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/checking")
@public
def checking(slug: str) -> str:
    """How votes are looked at, why one may be void, and where to appeal."""
    cycle, _phase = visit.get_vote(slug)
    return render_template("voting/fraud/rules.html", cycle=cycle, words=words, reasons=REASONS)
