"""Checking a receipt. It is posted, never put in an address, so that no log joins it to a place."""

from __future__ import annotations

from flask import render_template

from pb_portal.db import session
from pb_portal.voting import queries
from pb_portal.voting.forms import ReceiptForm
from pb_portal.voting.views import blueprint, visit
from pb_portal.voting.views.visit import Answer
from pb_portal.web.guard import public


@blueprint.route("/c/<slug>/receipt", methods=["GET", "POST"])
@public
def receipt(slug: str) -> Answer:
    """Whether a ballot with this receipt lies in the box."""
    cycle, phase = visit.get_vote(slug)
    form = ReceiptForm()
    found = None
    if form.validate_on_submit():
        found = queries.receipt_included(session(), cycle.id, form.receipt.data)
    page = render_template("voting/receipt.html", cycle=cycle, phase=phase, form=form, found=found)
    return page, 422 if form.is_submitted() and found is None else 200
