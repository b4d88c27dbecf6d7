"""The reviewer's queue and the page of a file."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.checklist import FORMAL, MERIT
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.review import queries, queue, service
from pb_portal.review.forms import FindingForm, TakeForm
from pb_portal.review.models import ReviewOpinion
from pb_portal.review.views import blueprint
from pb_portal.review.views.dossier import dossier
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response
PAGE = 50


@blueprint.get("/desk/review", endpoint="queue")
@requires(P.REVIEW)
def queue_page() -> str:
    """Files that wait, the earliest due first."""
    areas = areas_of(clock.actor(), P.REVIEW)
    view = request.args.get("view", "todo")
    view = view if view in queue.VIEWS else "todo"
    area = asked_row("area")
    offered = queue.areas_with_files(session(), areas)
    chosen = frozenset({area}) if area in {one.id for one in offered} else areas
    person_id, at = current_user.person_id, clock.now()
    rows = queue.files(
        session(),
        chosen,
        view,
        person_id=person_id,
        at=at,
        after_id=asked_row("after"),
        limit=PAGE + 1,
    )
    return render_template(
        "review/queue.html",
        page=page_of(rows, PAGE, lambda proposal: proposal.id),
        counts=queue.counts(session(), chosen, person_id, at),
        view=view,
        area=area if chosen is not areas else None,
        areas=offered,
    )


@blueprint.route("/desk/review/<int:proposal_id>", methods=["GET", "POST"])
@requires(P.REVIEW)
def file(proposal_id: int) -> Answer:
    """One file with its checklist; recording the finding."""
    form = FindingForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _record(proposal_id, form)
            return redirect(url_for(".queue"))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            if refusal.code == "review.answer_all":
                form.mark_unanswered()
            form.show(refusal)
    return _file_page(proposal_id, form), status


@blueprint.post("/desk/review/<int:proposal_id>/take")
@requires(P.REVIEW)
def take(proposal_id: int) -> Answer:
    """Take the file."""
    form = TakeForm()
    try:
        with transaction() as work:
            service.take(work, clock.signature(), proposal_id, version=form.version.data or 0)
    except Conflict as conflict:
        blank = FindingForm(formdata=None)
        return _file_page(proposal_id, blank, said=sentence(conflict)), 409
    flash(_("The file is yours."), "success")
    return redirect(url_for(".file", proposal_id=proposal_id))


def _record(proposal_id: int, form: FindingForm) -> None:
    finding = service.Finding(
        recommends=form.recommends.data,
        checklist=form.answers(),
        reviewed_cost=form.reviewed_cost.data,
        remark=form.remark.data or "",
    )
    with transaction() as work:
        service.record_finding(
            work, clock.signature(), proposal_id, finding, version=form.version.data
        )
    if finding.recommends == "return":
        flash(_("Returned. The author gets a letter with your words."), "success")
    else:
        flash(_("Passed to the council."), "success")


def _file_page(proposal_id: int, form: FindingForm, *, said: str = "") -> str:
    proposal = queries.get_file(session(), proposal_id)
    demand(clock.actor(), P.REVIEW, area_id=proposal.area_id)
    about = dossier(session(), proposal)
    if not form.is_submitted() or said:
        _prefill(form, about["opinions"][0] if about["opinions"] else None)
    form.version.renew(proposal.version)
    mine = proposal.reviewer_id == current_user.person_id
    return render_template(
        "review/file.html",
        form=form,
        said=said,
        checks=dict(form.checks()),
        formal=FORMAL,
        merit=MERIT,
        to_take=proposal.status in service.TO_TAKE,
        open_now=proposal.status == ProposalState.IN_REVIEW,
        mine=mine,
        passed=queries.passed_to_council(session(), proposal),
        **about,
    )


def _prefill(form: FindingForm, last: ReviewOpinion | None) -> None:
    """Start from what was found before, so that a second review only corrects it."""
    if last is None:
        return
    for code, field in form.checks():
        field.data = last.checklist.get(code)
    form.reviewed_cost.data = last.reviewed_cost
