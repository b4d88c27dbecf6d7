"""Appeals against rejections: what waits for the council's answer, and answering one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.review import queries, service
from pb_portal.review.forms import AppealForm
from pb_portal.review.views import blueprint
from pb_portal.review.views.dossier import dossier
from pb_portal.web import clock
from pb_portal.web.guard import requires

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/appeals")
@requires(P.DECIDE)
def appeals() -> str:
    """Appeals without an answer, the earliest due first."""
    waiting = queries.open_appeals(session(), areas_of(clock.actor(), P.DECIDE))
    return render_template("review/appeals.html", waiting=waiting)


@blueprint.route("/desk/appeals/<int:proposal_id>", methods=["GET", "POST"])
@requires(P.DECIDE)
def appeal(proposal_id: int) -> Answer:
    """One appeal beside the file; the council's answer."""
    form = AppealForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _answer(proposal_id, form)
            return redirect(url_for(".appeals"))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    proposal = queries.get_file(session(), proposal_id)
    demand(clock.actor(), P.DECIDE, area_id=proposal.area_id)
    form.version.renew(proposal.version)
    about: dict[str, Any] = dossier(session(), proposal)
    open_now = proposal.status == ProposalState.APPEALED
    return render_template("review/appeal.html", form=form, open_now=open_now, **about), status


def _answer(proposal_id: int, form: AppealForm) -> None:
    with transaction() as work:
        service.answer_appeal(
            work,
            clock.signature(),
            proposal_id,
            grant=form.outcome.data == "grant",
            words=form.reply.data or "",
            version=form.version.data,
        )
    flash(_("The answer is published. The author gets a letter."), "success")
