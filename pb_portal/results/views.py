"""Pages of results: the public one with its files, the count and the certification."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, database_now, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.results import checks, downloads, exports, queries, service, wording
from pb_portal.results.forms import DecisionForm, PressForm
from pb_portal.results.models import CountRun
from pb_portal.results.source import Unfit
from pb_portal.tally.pabulib import dumps
from pb_portal.web import clock, limits
from pb_portal.web.guard import public, requires

blueprint = Blueprint("results", __name__)
Answer = str | tuple[str, int] | Redirect
FILES = "60 per minute"


@blueprint.get("/c/<slug>/results")
@public
def show(slug: str) -> str:
    """The certified result; before it, when there will be one."""
    cycle = cycles.get_cycle(session(), slug)
    run = queries.certified_run(session(), cycle.id)
    if run is None:
        waiting = queries.progress(session(), cycle, clock.now())
        return render_template(
            "results/not_yet.html",
            cycle=cycle,
            state=waiting.state,
            voting=cycles.find_phase(cycle, PhaseKind.VOTING),
            results=cycles.find_phase(cycle, PhaseKind.RESULTS),
        )
    return _result(cycle, run)


def _result(cycle: Cycle, run: CountRun) -> str:
    decimals = cycle.source.get("points_scale", 0) if cycle.is_imported else 0
    rules = cycles.rules_of(cycle)
    return render_template(
        "results/show.html",
        cycle=cycle,
        run=run,
        currency=cycle.currency,
        units=cycle.minor_units,
        scored=rules.ballot_type in ("points", "ranking"),
        result=queries.Result(queries.sections(session(), run)),
        rules=rules,
        signed=queries.signers(session(), run),
        registered=queries.registered(session(), cycle.id),
        reason=partial(wording.reason, cycle=cycle, rule=run.rule, decimals=decimals),
        points=partial(wording.points, decimals=decimals),
        rule_name=wording.rule_name(run.rule),
    )


def _certified(slug: str) -> tuple[Cycle, CountRun]:
    cycle = cycles.get_cycle(session(), slug)
    return cycle, queries.get_certified_run(session(), cycle.id)


def _file(text: str, name: str, media_type: str) -> Response:
    answer = Response(text, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get("/c/<slug>/results.csv")
@limits.limiter.limit(FILES)
@public
def as_csv(slug: str) -> Response:
    """The whole result as a table."""
    cycle, run = _certified(slug)
    text = downloads.as_csv(cycle, queries.sections(session(), run))
    return _file(text, f"{slug}-results.csv", "text/csv")


@blueprint.get("/c/<slug>/results.json")
@limits.limiter.limit(FILES)
@public
def as_json(slug: str) -> Response:
    """The whole result for programs."""
    cycle, run = _certified(slug)
    return jsonify(downloads.as_data(cycle, run, queries.sections(session(), run)))


@blueprint.get("/c/<slug>/results/<area>.csv")
@limits.limiter.limit(FILES)
@public
def area_csv(slug: str, area: str) -> Response:
    """One area's totals."""
    cycle, run = _certified(slug)
    own = [one for one in queries.sections(session(), run) if one.area.code == area]
    if not own:
        raise Missing("area")
    return _file(downloads.as_csv(cycle, own), f"{slug}-{area}.csv", "text/csv")


@blueprint.get("/c/<slug>/results/<area>.pb")
@limits.limiter.limit(FILES)
@public
def area_ballots(slug: str, area: str) -> Response:
    """One area's ballots as Pabulib, where enough people voted to publish them."""
    cycle, _run = _certified(slug)
    part = next((one for one in cycle.areas if one.area.code == area), None)
    if part is None:
        raise Missing("area")
    place = exports.Place(unit=exports.unit_of(cycle), zone=clock.city_zone())
    try:
        text = dumps(exports.election_of(session(), cycle, part, place))
    except Unfit as unfit:
        raise Missing("ballots") from unfit
    return _file(text, f"{slug}-{area}.pb", "text/plain")


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
        me=clock.actor().person_id,
    )


@blueprint.post("/desk/cycles/<slug>/count")
@limits.limiter.limit("20 per hour")
@requires(P.COUNT)
def count(slug: str) -> Answer:
    """Count now."""
    try:
        with transaction() as work:
            service.count(work, clock.signature(), cycles.get_cycle(work, slug))
    except Refusal as refusal:
        return _desk(cycles.get_cycle(session(), slug), refusal), _status(refusal)
    flash(_("The ballots are counted. The numbers stay sealed until two sign."), "success")
    return redirect(url_for(".desk", slug=slug))


@blueprint.post("/desk/cycles/<slug>/certification")
@requires(P.CERTIFY)
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
@requires(P.CERTIFY)
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
                )
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
