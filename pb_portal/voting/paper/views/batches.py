"""Batches: made, printed, handed over, taken in, and what follows."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.accounts.models import Person
from pb_portal.approvals import queries as approvals
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, may
from pb_portal.domain.polling import KEYED_IN, serial_code
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.paper import queries, service, sheets
from pb_portal.voting.paper.forms import (
    EquationForm,
    IssueForm,
    PressForm,
    PrintForm,
    ReasonForm,
    ScanForm,
)
from pb_portal.voting.paper.models import Batch
from pb_portal.voting.paper.service.requests import KINDS
from pb_portal.voting.paper.service.returning import subject_of
from pb_portal.voting.paper.views import blueprint
from pb_portal.voting.paper.views.parts import WORDS, Answer, rules_of, shown
from pb_portal.web import clock
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires


@blueprint.route("/desk/polling/points/<int:point_id>/batches/new", methods=["GET", "POST"])
@requires(P.RUN_PAPER)
def new_batch(point_id: int) -> Answer:
    """Number a batch of ballots for a point."""
    form = PrintForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                point = queries.get_point(work, point_id)
                batch = service.print_batch(
                    work, clock.signature(), point, rules_of(point.cycle), form.count.data
                )
                batch_id = batch.id
            return redirect(url_for(".batch", batch_id=batch_id))
        except Refusal as refusal:
            status = shown(form, refusal)
    point = queries.get_point(session(), point_id)
    return render_template("voting/paper/new_batch.html", point=point, form=form), status


@blueprint.get("/desk/polling/batches/<int:batch_id>")
@requires(P.SEE_PAPER)
def batch(batch_id: int) -> Answer:
    """One batch, and what comes next."""
    return batch_page(batch_id)


def batch_page(batch_id: int, **forms: Form) -> str:
    """The page of a batch; figures only for those who work on it."""
    held = queries.get_batch(session(), batch_id)
    me = clock.actor()
    works = queries.works_on(held, me.person_id)
    asked = [
        one
        for one in approvals.waiting(session())
        if one.kind in KINDS and one.subject == subject_of(held)
    ]
    issue = forms.get("issue") or IssueForm(formdata=None)
    receivers = [one for one in held.point.in_charge if one.id != me.person_id]
    issue["received_by"].choices = [(one.id, one.name) for one in receivers]
    given: dict[str, Any] = {
        "issue": issue,
        "aside": forms.get("aside") or ReasonForm(formdata=None),
        "scan": forms.get("scan") or ScanForm(formdata=None),
        "press": forms.get("press") or PressForm(formdata=None),
    }
    names = _names(held)
    return render_template(
        "voting/paper/batch.html",
        batch=held,
        works=works,
        requests=asked,
        keyer=queries.find_keyer(held, me.person_id),
        can_key=held.state in KEYED_IN and may(me, P.KEY_PAPER, area_id=held.point.area_id),
        names=names,
        typists=[names.get(one.person_id, "—") for one in held.keyers],
        serial_code=serial_code,
        me=me.person_id,
        **given,
        **WORDS,
    )


def _names(held: Batch) -> dict[int, str]:
    ids = {held.printed_by, held.issued_by, held.received_by, held.returned_by}
    ids |= {keyer.person_id for keyer in held.keyers}
    people = (session().get(Person, one) for one in ids if one is not None)
    return {person.id: person.name for person in people if person is not None}


@blueprint.post("/desk/polling/batches/<int:batch_id>/<paper>.pdf")
@requires(P.RUN_PAPER)
def print_pdf(batch_id: int, paper: str) -> Answer:
    """The papers of a batch as PDF; ballots only until it is handed over, each time logged."""
    if paper not in sheets.PAPERS:
        raise Missing("paper")
    form = PressForm()
    try:
        if paper == "ballots":
            with transaction() as work:
                held = queries.lock_batch(work, batch_id)
                service.record_printing(work, clock.signature(), held)
        data = sheets.pdf_of(session(), queries.get_batch(session(), batch_id), paper)
    except Refusal as refusal:
        status = shown(form, refusal)
        return batch_page(batch_id, press=form), status
    name = f"{paper}-{secrets.token_hex(3)}.pdf"  # its number stands on the paper
    return Response(
        data,
        mimetype="application/pdf",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f"attachment; filename={name}",
        },
    )


@blueprint.post("/desk/polling/batches/<int:batch_id>/issue")
@requires(P.RUN_PAPER, fresh=True)
def issue(batch_id: int) -> Answer:
    """Hand the batch over."""
    form, status = IssueForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as work:
                held = queries.lock_batch(work, batch_id)
                rules = rules_of(held.cycle)
                service.issue(work, clock.signature(), held, rules, form.received_by.data or 0)
            flash(_("Handed over. Both of you sign the cover sheet."), "success")
            return redirect(url_for(".batch", batch_id=batch_id))
        except Refusal as refusal:
            status = shown(form, refusal)
    return batch_page(batch_id, issue=form), status


@blueprint.route("/desk/polling/batches/<int:batch_id>/return", methods=["GET", "POST"])
@requires(P.KEY_PAPER, fresh=True)
def give_back(batch_id: int) -> Answer:
    """Take the batch in, or correct its equation."""
    form = EquationForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                held = queries.lock_batch(work, batch_id)
                act = service.correct_equation if held.cast_count is not None else service.give_back
                reason = form.reason.data or ""
                act(work, clock.signature(), held, form.equation, reason=reason)
            flash(_("Written down. The figures add up."), "success")
            return redirect(url_for(".batch", batch_id=batch_id))
        except Refusal as refusal:
            status = shown(form, refusal)
    held = queries.get_batch(session(), batch_id)
    return render_template("voting/paper/return.html", batch=held, form=form), status


@blueprint.post("/desk/polling/batches/<int:batch_id>/accept")
@requires(P.KEY_PAPER, fresh=True)
def propose_accept(batch_id: int) -> Answer:
    """Ask a commissioner to put the batch into the box."""
    form, status = PressForm(), 422
    try:
        with transaction() as work:
            held = queries.lock_batch(work, batch_id)
            service.propose_accept(work, clock.signature(), held)
        flash(_("A commissioner must agree now."), "success")
        return redirect(url_for(".batch", batch_id=batch_id))
    except Refusal as refusal:
        status = shown(form, refusal)
    return batch_page(batch_id, press=form), status


@blueprint.post("/desk/polling/batches/<int:batch_id>/set-aside")
@requires(P.RUN_PAPER, fresh=True)
def propose_set_aside(batch_id: int) -> Answer:
    """Ask a commissioner to leave the batch uncounted."""
    form, status = ReasonForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as work:
                held = queries.lock_batch(work, batch_id)
                service.propose_set_aside(work, clock.signature(), held, reason=form.reason.data)
            flash(_("A commissioner must agree now."), "success")
            return redirect(url_for(".batch", batch_id=batch_id))
        except Refusal as refusal:
            status = shown(form, refusal)
    return batch_page(batch_id, aside=form), status
