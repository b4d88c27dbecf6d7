"""The commissioner's page of a calendar: asking for another end of a phase, and agreeing to it."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.accounts.queries import get_person
from pb_portal.approvals import queries as approvals
from pb_portal.approvals import registry
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries, service
from pb_portal.cycles.forms import DecisionForm, ExtensionForm, FreezeForm
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.cycles.views import blueprint
from pb_portal.cycles.views.calendar import full_dates
from pb_portal.cycles.views.changes import (
    ChangeView,
    change_view,
    changes,
    days_words,
    fault_words,
    summarize_change,
)
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phase_calendar import Following, Limits, find_faults
from pb_portal.domain.phases import state_at
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.words import phase_name

Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/cycles/<slug>/phases", methods=["GET", "POST"])
@requires(P.STEER_CYCLE, fresh=True)
def phases(slug: str) -> Answer:
    """Phases of a cycle, and asking for another end of one; it can be looked at first."""
    form = ExtensionForm()
    cycle = queries.get_cycle(session(), slug)
    offer_phases(form, cycle)
    if form.validate_on_submit() and request.form.get("do") != "show":
        try:
            with transaction() as work:
                asked = _propose(work, queries.get_cycle(work, slug), form).id
            flash(_("The request waits for a second commissioner."), "success")
            return redirect(url_for(".decide_extension", request_id=asked))
        except Refusal as refusal:
            form.show(refusal)
    shown = _look(form, slug) if form.is_submitted() else None
    status = 422 if form.errors else 200
    return phases_page(slug, form, FreezeForm(formdata=None), shown), status


def limits() -> Limits:
    """How much one extension may add, from the settings."""
    settings = current_app.config["SETTINGS"]
    return Limits(settings.extension_days, settings.extension_days_most)


def _propose(work: Session, cycle: Cycle, form: ExtensionForm) -> ApprovalRequest:
    phase, by = _chosen(cycle, form.phase.data), clock.signature()
    ends_at, reason = form.ends_at.moment, form.reason.data
    following = Following(form.following.data)
    if form.change.data == "shorten":
        return service.propose_shortening(
            work, by, phase, ends_at=ends_at, reason=reason, following=following
        )
    return service.propose_extension(
        work,
        by,
        phase,
        ends_at=ends_at,
        reason=reason,
        following=following,
        confirmed_days=form.confirmed_days.data,
        limits=limits(),
    )


def _look(form: ExtensionForm, slug: str) -> ChangeView | None:
    """What the form would change, as far as it can be reckoned."""
    if form.ends_at.data is None:
        return None
    try:
        phase = _chosen(queries.get_cycle(session(), slug), form.phase.data)
        following = Following(form.following.data)
        moves = service.plan_change(phase, form.ends_at.moment, clock.now(), following)
    except Refusal as refusal:
        if not form.errors:
            form.show(refusal)
        return None
    return change_view(moves)


def offer_phases(form: ExtensionForm, cycle: Cycle) -> None:
    """Fill the choice of phases with those that are not over."""
    at = clock.now()
    form.phase.choices = [
        (phase.kind, f"{phase_name(phase.kind)}: {full_dates(phase)}")
        for phase in cycle.phases
        if phase.ends_at > at
    ]
    if form.phase.data is None:
        current = queries.current_phase(cycle, at)
        form.phase.data = current.kind if current else None


def _chosen(cycle: Cycle, kind: str) -> Phase:
    found = next((phase for phase in cycle.phases if phase.kind == kind), None)
    if found is None:
        raise Refusal("phase.unknown", field="phase")
    return found


def phases_page(
    slug: str, form: ExtensionForm, freezing: FreezeForm, shown: ChangeView | None = None
) -> str:
    """The page, with the forms as they were sent."""
    at = clock.now()
    cycle = queries.get_cycle(session(), slug)
    asked = approvals.of_kinds(session(), cycle.id, service.CALENDAR_KINDS)
    return render_template(
        "cycles/phases.html",
        days_words=days_words,
        cycle=cycle,
        rows=[(phase, state_at(phase, at), full_dates(phase)) for phase in cycle.phases],
        faults=fault_words(find_faults(cycle.phases)),
        form=form,
        shown=shown,
        limits=limits(),
        freezing=freezing,
        asked=changes(cycle, asked)[::-1],
        frozen=queries.rules_frozen(cycle),
        digest=cycle.rule_book.digest if cycle.rule_book else "",
    )


@blueprint.route("/desk/extensions/<int:request_id>", methods=["GET", "POST"])
@requires(P.STEER_CYCLE, fresh=True)
def decide_extension(request_id: int) -> Answer:
    """A second commissioner approves or declines."""
    form = DecisionForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _decide(request_id, form)
            return redirect(url_for(".decide_extension", request_id=request_id))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    return render_template("cycles/extension.html", form=form, **_request(request_id)), status


def _decide(request_id: int, form: DecisionForm) -> None:
    approve = form.decision.data == "approve"
    with transaction() as work:
        service.decide_change(
            work,
            clock.signature(),
            service.get_change(work, request_id),
            approve=approve,
            reason=form.reason.data or "",
            confirmed_days=form.confirmed_days.data,
        )
    if approve:
        flash(_("Approved: the phase has its new end."), "success")
    else:
        flash(_("Declined. The proposer gets a letter."), "info")


def _request(request_id: int) -> dict[str, Any]:
    asked = service.get_change(session(), request_id)
    if asked.cycle_id is None:
        raise Missing("cycle")
    cycle = queries.get_cycle_by_id(session(), asked.cycle_id)
    (row,) = changes(cycle, [asked])
    decider = get_person(session(), asked.decided_by) if asked.decided_by else None
    return {
        "cycle": cycle,
        "row": row,
        "days_words": days_words,
        "heading": registry.label_of(asked.kind),
        "proposer": get_person(session(), asked.proposed_by),
        "decider": decider,
        "mine": asked.proposed_by == current_user.person_id,
    }


for kind in service.CALENDAR_KINDS:
    registry.attach_page(kind, "cycles.decide_extension", summarize_change)
