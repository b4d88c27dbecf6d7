"""The commissioner's pages: phases, extensions, freezing the rules."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.accounts.queries import get_person
from pb_portal.approvals import queries as approvals
from pb_portal.approvals import registry
from pb_portal.cycles import queries, service
from pb_portal.cycles.forms import DecisionForm, ExtensionForm, FreezeForm
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.cycles.views import blueprint
from pb_portal.cycles.views.calendar import dates, extensions, summarize_extension
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import state_at
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.words import phase_name

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/cycles")
@requires(P.STAFF)
def desk() -> str:
    """Cycles with the work this person has in each."""
    at = clock.now()
    rows = [
        {
            "cycle": cycle,
            "phase": queries.current_phase(cycle, at),
            "frozen": queries.rules_frozen(cycle),
        }
        for cycle in queries.all_cycles(session(), imported=False)
    ]
    return render_template("cycles/desk.html", rows=rows)


@blueprint.route("/desk/cycles/<slug>/phases", methods=["GET", "POST"])
@requires(P.STEER_CYCLE, fresh=True)
def phases(slug: str) -> Answer:
    """Phases of a cycle, and asking for an extension."""
    form = ExtensionForm()
    cycle = queries.get_cycle(session(), slug)
    _offer(form, cycle)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.propose_extension(
                    work,
                    clock.signature(),
                    _chosen(queries.get_cycle(work, slug), form.phase.data),
                    ends_at=form.ends_at.moment,
                    reason=form.reason.data,
                )
            flash(_("The request waits for a second commissioner."), "success")
            return redirect(url_for(".phases", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return _phases_page(slug, form, FreezeForm(formdata=None)), status


@blueprint.post("/desk/cycles/<slug>/freeze")
@requires(P.STEER_CYCLE)
def freeze(slug: str) -> Answer:
    """Freeze the rules before the clock does."""
    form = FreezeForm()
    if not form.validate():
        blank = ExtensionForm(formdata=None)
        _offer(blank, queries.get_cycle(session(), slug))
        return _phases_page(slug, blank, form), 422
    with transaction() as work:
        service.freeze_rules(work, clock.signature(), queries.get_cycle(work, slug))
    flash(_("The rules are frozen. Their hash is on the rules page."), "success")
    return redirect(url_for(".phases", slug=slug))


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
        service.decide_extension(
            work,
            clock.signature(),
            service.get_extension(work, request_id),
            approve=approve,
            reason=form.reason.data or "",
        )
    if approve:
        flash(_("Approved: the phase has its new end."), "success")
    else:
        flash(_("Declined. The proposer gets a letter."), "info")


def _request(request_id: int) -> dict[str, Any]:
    found = service.get_extension(session(), request_id)
    if found.cycle_id is None:
        raise Missing("cycle")
    cycle = queries.get_cycle_by_id(session(), found.cycle_id)
    (row,) = extensions(cycle, [found])
    decider = get_person(session(), found.decided_by) if found.decided_by else None
    return {
        "cycle": cycle,
        "row": row,
        "proposer": get_person(session(), found.proposed_by),
        "decider": decider,
        "mine": found.proposed_by == current_user.person_id,
    }


def _offer(form: ExtensionForm, cycle: Cycle) -> None:
    at = clock.now()
    form.phase.choices = [
        (phase.kind, f"{phase_name(phase.kind)}: {dates(phase)}")
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


def _phases_page(slug: str, form: ExtensionForm, freezing: FreezeForm) -> str:
    at = clock.now()
    cycle = queries.get_cycle(session(), slug)
    asked = approvals.of_cycle(session(), cycle.id, service.EXTEND)
    return render_template(
        "cycles/phases.html",
        cycle=cycle,
        rows=[(phase, state_at(phase, at), dates(phase)) for phase in cycle.phases],
        form=form,
        freezing=freezing,
        asked=extensions(cycle, asked)[::-1],
        frozen=queries.rules_frozen(cycle),
        digest=cycle.rule_book.digest if cycle.rule_book else "",
    )


registry.attach_page(service.EXTEND, "cycles.decide_extension", summarize_extension)
