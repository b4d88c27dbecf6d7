"""The secretary's pages: files that wait for the council, recording a decision."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.review import queries, queue, service
from pb_portal.review.forms import SittingForm
from pb_portal.review.views import blueprint
from pb_portal.review.views.dossier import dossier
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of

Answer = str | tuple[str, int] | Response
PAGE = 50


@blueprint.get("/desk/council")
@requires(P.DECIDE)
def council() -> str:
    """Files ready for the council, the earliest due first."""
    rows = queue.files(
        session(),
        areas_of(clock.actor(), P.DECIDE),
        "ready",
        person_id=current_user.person_id,
        at=clock.now(),
        after_id=asked_row("after"),
        limit=PAGE + 1,
    )
    newest = queries.newest_opinions(session(), [row.id for row in rows])
    page = page_of(rows, PAGE, lambda proposal: proposal.id)
    return render_template("review/council.html", page=page, newest=newest)


@blueprint.route("/desk/council/<int:proposal_id>", methods=["GET", "POST"])
@requires(P.DECIDE)
def decide(proposal_id: int) -> Answer:
    """One file before the council; recording its decision."""
    form = SittingForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _record(proposal_id, form)
            return redirect(url_for(".council"))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    return _decision_page(proposal_id, form), status


def _record(proposal_id: int, form: SittingForm) -> None:
    sitting = service.Sitting(
        on=form.sitting_on.data,
        protocol_number=form.protocol_number.data,
        votes_for=form.votes_for.data or 0,
        votes_against=form.votes_against.data or 0,
        outcome=form.outcome.data,
        grounds=tuple(form.grounds.data or ()) if form.outcome.data == "reject" else (),
        sentence=form.sentence.data or "",
    )
    with transaction() as work:
        service.decide(
            work,
            clock.signature(),
            proposal_id,
            sitting,
            version=form.version.data,
            today=clock.today(),
        )
    flash(_("The decision is recorded and published. The author gets a letter."), "success")


def _decision_page(proposal_id: int, form: SittingForm) -> str:
    proposal = queries.get_file(session(), proposal_id)
    demand(clock.actor(), P.DECIDE, area_id=proposal.area_id)
    if not form.is_submitted():
        _prefill(form)
    form.version.renew(proposal.version)
    about: dict[str, Any] = dossier(session(), proposal)
    ready = queries.passed_to_council(session(), proposal)
    return render_template("review/decide.html", form=form, ready=ready, **about)


def _prefill(form: SittingForm) -> None:
    """A sitting decides on many files: start from the one recorded last, if it was lately."""
    form.sitting_on.data = clock.today()
    last = queries.newest_decision(session())
    if last is not None and (clock.now() - last.at).days < 1:
        form.sitting_on.data = last.sitting_on
        form.protocol_number.data = last.protocol_number
