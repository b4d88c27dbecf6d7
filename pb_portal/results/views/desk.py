"""The commissioners' pages: the count, watching it, signing it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from pb_portal.approvals import registry
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import database_now, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.results import bundles, checks, queries, service
from pb_portal.results.forms import DecisionForm, PressForm
from pb_portal.results.models import CountJob
from pb_portal.results.views import blueprint
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase
from pb_portal.web.signer import signer

Answer = str | tuple[str, int] | Redirect


@blueprint.get("/desk/cycles/<slug>/count")
@requires(P.COUNT)
def desk(slug: str) -> str:
    """How far the count is, for commissioners: checks and never numbers."""
    return _desk(cycles.get_cycle(session(), slug))


def _desk(cycle: Cycle, refusal: Refusal | None = None) -> str:
    form = PressForm()
    if refusal is not None:
        form.show(refusal)
    waiting = queries.progress(session(), cycle, database_now(session()))
    run = waiting.run
    return render_template(
        "results/desk.html",
        cycle=cycle,
        waiting=waiting,
        form=form,
        names=queries.people_of(session(), waiting),
        declined=queries.last_decline(session(), run) if run else None,
        check_names=checks.NAMES,
        holds=bool(run and checks.all_hold(run.checks)),
        voting=cycles.find_phase(cycle, PhaseKind.VOTING),
        why_failed=_why_failed(waiting.job),
        me=clock.actor().person_id,
    )


def _why_failed(job: CountJob | None) -> str:
    return phrase(job.error, **job.error_params) if job and job.error else ""


@blueprint.post("/desk/cycles/<slug>/count")
@limits.visits("asks", by_line=False)
@requires(P.COUNT)
def count(slug: str) -> Answer:
    """Ask for the count; a worker takes it up within seconds."""
    try:
        with transaction() as work:
            service.ask_for_count(work, clock.signature(), cycles.get_cycle(work, slug))
    except Refusal as refusal:
        return _desk(cycles.get_cycle(session(), slug), refusal), _status(refusal)
    return redirect(url_for(".desk", slug=slug))


@blueprint.post("/desk/cycles/<slug>/certification")
@requires(P.CERTIFY, fresh=True)
def propose(slug: str) -> Answer:
    """Sign first."""
    try:
        with transaction() as work:
            cycle = cycles.get_cycle(work, slug)
            run = queries.get_counted(work, cycle.id)
            service.propose_certification(work, clock.signature(), run)
    except Refusal as refusal:
        return _desk(cycles.get_cycle(session(), slug), refusal), _status(refusal)
    flash(_("You have signed. Another commissioner must sign too."), "success")
    return redirect(url_for(".desk", slug=slug))


@blueprint.route("/desk/certifications/<int:request_id>", methods=["GET", "POST"])
@requires(P.CERTIFY, fresh=True)
def decide(request_id: int) -> Answer:
    """Sign second, or decline."""
    form = DecisionForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                request, _run = queries.get_certification(work, request_id)
                run = service.decide_certification(
                    work,
                    clock.signature(),
                    request,
                    approve=form.decision.data == "approve",
                    reason=form.reason.data,
                    signer=signer(),
                )
                if run.state == "certified":
                    bundles.keep(work, run.id, signer(), clock.city_zone())
                cycle = cycles.get_cycle_by_id(work, run.cycle_id)
                state, slug = run.state, cycle.slug
            return _decided(state, slug)
        except Refusal as refusal:
            form.show(refusal)
            status = _status(refusal)
    return _certification(request_id, form), status


def _status(refusal: Refusal) -> int:
    """A conflict with somebody else's act is no mistake of the person's."""
    return 409 if isinstance(refusal, Conflict) else 422


def _decided(state: str, slug: str) -> Redirect:
    if state == "certified":
        flash(_("The result is certified and public."), "success")
        return redirect(url_for(".show", slug=slug))
    flash(_("Declined. The count stays sealed."), "info")
    return redirect(url_for(".desk", slug=slug))


def _certification(request_id: int, form: DecisionForm) -> str:
    request, run = queries.get_certification(session(), request_id)
    return render_template(
        "results/decide.html",
        approval=request,
        run=run,
        cycle=cycles.get_cycle_by_id(session(), run.cycle_id),
        form=form,
        names=queries.names_of(session(), [request.proposed_by, request.decided_by]),
        check_names=checks.NAMES,
        own=request.proposed_by == clock.actor().person_id,
    )


def summarize_certification(session: Session, asked: ApprovalRequest) -> str:
    """The cycle and the count."""
    cycle = cycles.get_cycle_by_id(session, asked.cycle_id or 0)
    return f"{i18n.local(cycle.names)} · {_('Count № %(id)s', id=asked.payload['run_id'])}"


registry.attach_page(service.CERTIFY, "results.decide", summarize_certification)
