"""Merging a duplicate into another proposal."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries import find_by_number
from pb_portal.proposals.service.merging import TO_JOIN
from pb_portal.proposals.service.merging import merge as merge_proposals
from pb_portal.review import queries
from pb_portal.review.forms import MergeForm
from pb_portal.review.views import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires

Answer = str | tuple[str, int] | Response
SHOWN = 12


@blueprint.route("/desk/review/<int:proposal_id>/merge", methods=["GET", "POST"])
@requires(P.DECIDE)
def merge(proposal_id: int) -> Answer:
    """Choose what the proposal repeats, say why, merge."""
    proposal = queries.get_file(session(), proposal_id)
    demand(clock.actor(), P.DECIDE, area_id=proposal.area_id)
    form = MergeForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return redirect(_merge(proposal, form))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    form.version.renew(proposal.version)
    near = [
        (metres, other)
        for metres, other in queries.neighbours(session(), proposal)
        if other.cycle_id == proposal.cycle_id and other.status in TO_JOIN
    ]
    page = render_template(
        "review/merge.html", form=form, proposal=proposal, cycle=proposal.cycle, near=near[:SHOWN]
    )
    return page, status


def _merge(proposal: Proposal, form: MergeForm) -> str:
    target = find_by_number(session(), proposal.cycle_id, form.target.data or 0)
    if target is None:
        raise Refusal("merge.no_target", field="target")
    with transaction() as work:
        joined = merge_proposals(
            work,
            clock.signature(),
            proposal.id,
            target.id,
            reason=form.reason.data or "",
            version=form.version.data,
        )
        slug, number = joined.cycle.slug, joined.number
    flash(_("Merged. The authors work on one proposal now and get letters."), "success")
    return url_for("proposals.show", slug=slug, number=number)
