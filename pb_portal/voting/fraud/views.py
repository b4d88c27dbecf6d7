"""The pages of the fraud desk. Votes stand there under numbers that say nothing."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.accounts.queries import names_of
from pb_portal.approvals import registry
from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, database_now, session, transaction
from pb_portal.domain import fraud
from pb_portal.domain.fraud_case import moves_of
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.voting.fraud import cases, choosing, forms, looking, queries, voiding, words
from pb_portal.voting.models import FraudCase
from pb_portal.voting.service import poll_of
from pb_portal.web import clock
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires

blueprint = Blueprint("fraud", __name__)
Answer = str | tuple[str, int] | Response
for kind in (voiding.VOID, voiding.RESTORE):
    registry.attach_page(kind, "fraud.decide", words.summarize_request)


def _cycle(slug: str) -> Cycle:
    cycle = cycles.get_cycle(session(), slug)
    if cycle.is_imported or cycles.find_phase(cycle, PhaseKind.VOTING) is None:
        raise Missing("vote")
    return cycle


def _keys(cycle: Cycle) -> looking.Keys:
    settings = current_app.config["SETTINGS"]
    poll = poll_of(cycle.id, cycles.rules_of(cycle), settings.ballot_key, settings.register_key)
    return looking.Keys(poll, settings.register_key)


def _try(form: Form, work: Callable[[Session], None]) -> int:
    """Do it in one transaction; 302 when done, else the status of the page that says why not."""
    if not form.validate_on_submit():
        return 422
    try:
        with transaction() as open_work:
            work(open_work)
    except Refusal as refusal:
        form.show(refusal)
        return 409 if isinstance(refusal, Conflict) else 422
    return 302


@blueprint.get("/desk/cycles/<slug>/fraud")
@requires(P.SEE_FRAUD)
def desk(slug: str) -> str:
    """Signs that wait, and cases."""
    return _desk(_cycle(slug), forms.PickForm(formdata=None), forms.RestoreForm(formdata=None))


def _desk(cycle: Cycle, form: Form, restore: Form) -> str:
    found = queries.desk(session(), cycle)
    return render_template(
        "voting/fraud/desk.html",
        cycle=cycle,
        desk=found,
        form=form,
        restore=restore,
        words=words,
        names=names_of(session(), [case.assignee_id for case in found.cases if case.assignee_id]),
    )


@blueprint.post("/desk/cycles/<slug>/fraud/look")
@requires(P.HANDLE_FRAUD)
def look(slug: str) -> Answer:
    """Look at the votes now."""
    cycle = _cycle(slug)
    with transaction() as work:
        looking.look(work, _keys(cycle), database_now(work))
        by, about = clock.signature(), ("cycle", cycle.id)
        audit.record(work, by, "fraud.look", about, cycle_id=cycle.id)
    flash(_("The votes were looked at just now."), "success")
    return redirect(url_for(".desk", slug=slug))


@blueprint.post("/desk/cycles/<slug>/fraud")
@requires(P.HANDLE_FRAUD)
def open_case(slug: str) -> Answer:
    """Open a case from the marked signs."""
    form, made = forms.PickForm(), []
    cycle = _cycle(slug)

    def do(work: Session) -> None:
        flags = form.flag.data or []
        made.append(cases.open_case(work, clock.signature(), _keys(cycle), cycle, flags).id)

    status = _try(form, do)
    if status == 302:
        return redirect(url_for(".show", case_id=made[0]))
    return _desk(_cycle(slug), form, forms.RestoreForm(formdata=None)), status


@blueprint.post("/desk/cycles/<slug>/fraud/restore")
@requires(P.HANDLE_FRAUD, fresh=True)
def restore(slug: str) -> Answer:
    """Ask that a person who has come may vote again."""
    form, cycle = forms.RestoreForm(), _cycle(slug)

    def do(work: Session) -> None:
        voiding.propose_restore(
            work, clock.signature(), _keys(cycle), cycle, form.iin.data, form.sentence.data
        )

    status = _try(form, do)
    if status == 302:
        flash(_("A second person must agree."), "success")
        return redirect(url_for(".desk", slug=slug))
    return _desk(_cycle(slug), forms.PickForm(formdata=None), form), status


@blueprint.get("/desk/fraud/<int:case_id>")
@requires(P.SEE_FRAUD)
def show(case_id: int) -> str:
    """One case: its signs, history and votes."""
    case = queries.get_case(session(), case_id)
    return _show(case, forms.NoteForm(formdata=None), forms.VoidForm(formdata=None))


def _show(case: FraudCase, note: Form, void: Form) -> str:
    votes, listed = queries.votes_of(session(), case)
    asked = queries.find_request(session(), case)
    people = [case.assignee_id, *(line.person_id for line in case.notes)]
    settings = queries.find_settings(session(), case.cycle_id)
    return render_template(
        "voting/fraud/case.html",
        case=case,
        cycle=cycles.get_cycle_by_id(session(), case.cycle_id),
        votes=votes,
        listed=listed,
        asked=asked,
        own=asked is not None and asked.proposed_by == clock.actor().person_id,
        note=note,
        void=void,
        moves=moves_of(case.state),
        closed=settings is not None and settings.closed_at is not None,
        names=names_of(session(), [one for one in people if one]),
        words=words,
    )


@blueprint.post("/desk/fraud/<int:case_id>/note")
@requires(P.HANDLE_FRAUD)
def note(case_id: int) -> Answer:
    """Add a note, take the case over, or change its state."""
    form = forms.NoteForm()

    def do(work: Session) -> None:
        case, by = queries.get_case(work, case_id), clock.signature()
        if form.action.data == "take":
            cases.take(work, by, case)
        elif form.action.data in ("", "note"):
            cases.add_note(work, by, case, form.text.data)
        else:
            cases.change_by_hand(work, by, case, form.action.data, form.text.data)

    status = _try(form, do)
    if status == 302:
        return redirect(url_for(".show", case_id=case_id))
    return _show(queries.get_case(session(), case_id), form, forms.VoidForm(None)), status


@blueprint.post("/desk/fraud/<int:case_id>/void")
@requires(P.HANDLE_FRAUD, fresh=True)
def propose_void(case_id: int) -> Answer:
    """Ask a second person to declare votes void."""
    form = forms.VoidForm()

    def do(work: Session) -> None:
        voiding.propose_void(
            work,
            clock.signature(),
            queries.get_case(work, case_id),
            names=None if form.which.data == "all" else form.vote.data,
            reason=form.reason.data,
            sentence=form.sentence.data,
        )

    status = _try(form, do)
    if status == 302:
        flash(_("A second person must agree."), "success")
        return redirect(url_for(".show", case_id=case_id))
    return _show(queries.get_case(session(), case_id), forms.NoteForm(None), form), status


@blueprint.route("/desk/fraud/requests/<int:request_id>", methods=["GET", "POST"])
@requires(P.VOID, fresh=True)
def decide(request_id: int) -> Answer:
    """The second person's word on a void, or on a vote given again."""
    form, status = forms.DecisionForm(), 200
    if form.is_submitted():
        status = _try(form, lambda work: _decide(work, request_id, form))
    asked, case = queries.get_request(session(), request_id)
    if status == 302:
        flash(_("Your decision is written down."), "success")
        return redirect(url_for(".show", case_id=case.id))
    page = render_template(
        "voting/fraud/decide.html",
        asked=asked,
        case=case,
        cycle=cycles.get_cycle_by_id(session(), case.cycle_id),
        form=form,
        votes=fraud.shown(len(asked.payload.get("names", []))),
        own=asked.proposed_by == clock.actor().person_id,
        names=names_of(session(), [asked.proposed_by]),
        words=words,
    )
    return page, status


def _decide(work: Session, request_id: int, form: forms.DecisionForm) -> None:
    asked, case = queries.get_request(work, request_id)
    by, approve = clock.signature(), form.decision.data == "approve"
    reason = form.reason.data or ""
    if asked.kind == voiding.VOID:
        keys = _keys(cycles.get_cycle_by_id(work, case.cycle_id))
        voiding.decide_void(work, by, keys, asked, approve=approve, reason=reason)
    else:
        voiding.decide_restore(work, by, asked, approve=approve, reason=reason)


@blueprint.route("/desk/cycles/<slug>/fraud/settings", methods=["GET", "POST"])
@requires(P.STEER_CYCLE)
def settings(slug: str) -> Answer:
    """Thresholds and shared addresses."""
    cycle, status = _cycle(slug), 200
    row = queries.find_settings(session(), cycle.id)
    now = fraud.Thresholds.from_dict(row.thresholds if row else {})
    data = {name: getattr(now, name) for name in choosing.RANGES}
    form = forms.SettingsForm(data={**data, "shared": "\n".join(row.shared if row else [])})
    if request.method == "POST":
        status = _try(form, lambda work: _choose(work, slug, form))
    if status == 302:
        flash(_("The settings are kept."), "success")
        return redirect(url_for(".desk", slug=slug))
    begun = cycles.find_phase(cycle, PhaseKind.VOTING)
    page = render_template(
        "voting/fraud/settings.html",
        cycle=cycle,
        form=form,
        fields=list(choosing.RANGES),
        started=begun is not None and begun.starts_at <= clock.now(),
    )
    return page, status


def _choose(work: Session, slug: str, form: forms.SettingsForm) -> None:
    numbers = {name: getattr(form, name).data for name in choosing.RANGES}
    shared = (form.shared.data or "").split()
    cycle = cycles.get_cycle(work, slug)
    choosing.choose(work, clock.signature(), cycle, numbers, shared)
