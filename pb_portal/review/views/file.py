"""One file: taking it, recording the finding, notes for colleagues, who has it open."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.review import queries, service
from pb_portal.review.forms import FindingForm, NoteForm, TakeForm, Typed, typed
from pb_portal.review.views import blueprint
from pb_portal.review.views.file_page import file_page, present_words
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response
LONGEST_FORM = 60_000
NOT_KEPT = ("csrf_token", "version", "opened", "keep")


@blueprint.route("/desk/review/<int:proposal_id>", methods=["GET", "POST"])
@requires(P.REVIEW)
def file(proposal_id: int) -> Answer:
    """One file with its checklist; recording the finding, or putting it aside."""
    if request.method == "GET":
        return file_page(proposal_id)
    if request.form.get("keep"):
        return _keep(proposal_id)
    form, beside = FindingForm(), _typed(proposal_id)
    works = beside.works()
    status = 422
    if form.validate() and not beside.errors:
        try:
            _record(proposal_id, form, beside, works)
            return redirect(url_for(".queue"))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            _show(refusal, form, beside)
    return file_page(proposal_id, form, beside, moved=status == 409), status


@blueprint.post("/desk/review/<int:proposal_id>/take")
@requires(P.REVIEW)
def take(proposal_id: int) -> Answer:
    """Take the file."""
    form = TakeForm()
    try:
        with transaction() as work:
            service.take(work, clock.signature(), proposal_id, version=form.version.data or 0)
    except Conflict as conflict:
        return file_page(proposal_id, said=sentence(conflict)), 409
    flash(_("The file is yours."), "success")
    return redirect(url_for(".file", proposal_id=proposal_id))


@blueprint.post("/desk/review/<int:proposal_id>/notes")
@requires(P.REVIEW)
def add_note(proposal_id: int) -> Answer:
    """Write a note for colleagues."""
    form = NoteForm()
    if form.validate():
        try:
            with transaction() as work:
                service.add_note(work, clock.signature(), proposal_id, form.body.data or "")
            return redirect(url_for(".file", proposal_id=proposal_id, _anchor="notes"))
        except Refusal as refusal:
            form.show(refusal)
    return file_page(proposal_id, note=form), 422


@blueprint.post("/desk/review/<int:proposal_id>/present")
@requires(P.REVIEW)
def present(proposal_id: int) -> Response:
    """Say that this person has the file open; answers with who else has."""
    with transaction() as work:
        service.note_presence(work, clock.signature(), proposal_id)
    others = queries.others_present(session(), proposal_id, current_user.person_id, clock.now())
    return jsonify(others=[present_words(one) for one in others])


def _typed(proposal_id: int) -> Typed:
    proposal = queries.get_whole_file(session(), proposal_id)
    demand(clock.actor(), P.REVIEW, area_id=proposal.area_id)
    questions = cycles.checklist(session(), proposal.cycle_id)
    return typed.read(request.form, questions, proposal.lines)


def _keep(proposal_id: int) -> Response:
    kept = {
        name: values
        for name, values in request.form.lists()
        if name not in NOT_KEPT and sum(map(len, values)) <= LONGEST_FORM
    }
    with transaction() as work:
        service.keep_finding(work, clock.signature(), proposal_id, kept)
    flash(_("Put aside: what you typed waits for you here."), "success")
    return redirect(url_for(".file", proposal_id=proposal_id))


def _record(
    proposal_id: int, form: FindingForm, beside: Typed, works: list[service.ReviewedWork]
) -> None:
    finding = service.Finding(
        recommends=form.recommends.data,
        checklist=beside.answers,
        reviewed_cost=form.reviewed_cost.data,
        remark=form.remark.data or "",
        grounds=tuple(form.grounds.data or ()),
        remarks=beside.remarks,
        lines=works,
    )
    with transaction() as work:
        service.record_finding(
            work, clock.signature(), proposal_id, finding, version=form.version.data
        )
    if finding.recommends == "return":
        flash(_("Returned. The author gets a letter with your words."), "success")
    else:
        flash(_("Passed to the council."), "success")


def _show(refusal: Refusal, form: FindingForm, beside: Typed) -> None:
    """A refusal beside what it is about: a field, a line of the estimate, every open question."""
    if refusal.field and refusal.field.startswith("line_"):
        beside.errors[refusal.field] = sentence(refusal)
        return
    if refusal.code == "review.answer_all":
        beside.mark_unanswered()
    form.show(refusal)
