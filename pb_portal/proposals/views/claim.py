"""Making one's own what was handed in on paper."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import service
from pb_portal.proposals.forms import ClaimForm
from pb_portal.proposals.views.base import blueprint
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires


@blueprint.route("/my/claim", methods=["GET", "POST"])
@limits.tries("codes", methods=["POST"])
@requires(P.PROPOSE)
def claim() -> str | tuple[str, int] | Response:
    """The code of a paper application."""
    form = ClaimForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                proposal = service.claim_paper(work, clock.signature(), form.code.data or "")
                address = url_for(
                    "proposals.show", slug=proposal.cycle.slug, number=proposal.number
                )
            flash(_("The proposal is yours now."), "success")
            return redirect(address)
        except Refusal as refusal:
            form.show(refusal)
    return render_template("proposals/claim.html", form=form), 422 if form.is_submitted() else 200
