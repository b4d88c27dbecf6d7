"""The desk page of paper in a cycle, and its polling points."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb_portal.approvals import queries as approvals
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, database_now, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.forms import PointForm, ReasonForm
from pb_portal.voting.paper.models import PollingPoint
from pb_portal.voting.paper.service.requests import KINDS
from pb_portal.voting.paper.views import blueprint
from pb_portal.voting.paper.views.parts import WORDS, Answer, area_choices, shown
from pb_portal.web import clock
from pb_portal.web.guard import requires


@blueprint.get("/desk/cycles/<slug>/paper")
@requires(P.SEE_PAPER)
def overview(slug: str) -> Answer:
    """Points, batches and what waits for a second person; no figure of the vote."""
    return _overview(cycles.get_cycle(session(), slug), ReasonForm(formdata=None))


def _overview(cycle: Cycle, form: ReasonForm) -> str:
    voting = cycles.find_phase(cycle, PhaseKind.VOTING)
    over = voting is not None and voting.ends_at <= database_now(session())
    waiting = [one for one in approvals.waiting(session()) if one.kind in KINDS]
    return render_template(
        "voting/paper/overview.html",
        cycle=cycle,
        points=queries.points_of(session(), cycle.id),
        batches=queries.batches_of(session(), cycle.id),
        requests=[one for one in waiting if one.cycle_id == cycle.id],
        gap=_gap(cycle) if over else 0,
        form=form,
        me=clock.actor().person_id,
        **WORDS,
    )


def _gap(cycle: Cycle) -> int:
    """Papers handed out and not found, once every batch is decided and nothing explains them."""
    if queries.underway(session(), cycle.id):
        return 0
    found = queries.sums(session(), cycle.id, database_now(session()))
    return 0 if queries.is_explained(session(), cycle.id, found) else max(found.gone, 0)


@blueprint.post("/desk/cycles/<slug>/paper/gap")
@requires(P.RUN_PAPER, fresh=True)
def explain(slug: str) -> Answer:
    """Explain papers that were handed out and not found."""
    form, status = ReasonForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as work:
                cycle = cycles.get_cycle(work, slug)
                service.propose_difference(work, clock.signature(), cycle, reason=form.reason.data)
            flash(_("A commissioner must agree now."), "success")
            return redirect(url_for(".overview", slug=slug))
        except Refusal as refusal:
            status = shown(form, refusal)
    return _overview(cycles.get_cycle(session(), slug), form), status


@blueprint.route("/desk/cycles/<slug>/paper/points/new", methods=["GET", "POST"])
@requires(P.RUN_PAPER)
def new_point(slug: str) -> Answer:
    """Open a polling point."""
    form = PointForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                cycle = cycles.get_cycle(work, slug)
                service.save_point(work, clock.signature(), cycle, form.data_of())
            flash(_("The polling point is open and public."), "success")
            return redirect(url_for(".overview", slug=slug))
        except Refusal as refusal:
            status = shown(form, refusal)
    return _form_page(cycles.get_cycle(session(), slug), form, None), status


@blueprint.route("/desk/polling/points/<int:point_id>", methods=["GET", "POST"])
@requires(P.RUN_PAPER)
def edit_point(point_id: int) -> Answer:
    """Change a polling point."""
    form = PointForm()
    status = 422 if form.is_submitted() else 200
    point = queries.get_point(session(), point_id)
    slug = point.cycle.slug
    if form.validate_on_submit():
        try:
            with transaction() as work:
                held = queries.get_point(work, point_id)
                service.save_point(work, clock.signature(), held.cycle, form.data_of(), held)
            flash(_("Saved."), "success")
            return redirect(url_for(".overview", slug=slug))
        except Refusal as refusal:
            status = shown(form, refusal)
            point = queries.get_point(session(), point_id)
    if not form.is_submitted():
        form.fill(point)
    return _form_page(cycles.get_cycle(session(), slug), form, point), status


@blueprint.post("/desk/polling/points/<int:point_id>/<act>")
@requires(P.RUN_PAPER)
def close_point(point_id: int, act: str) -> Answer:
    """Take a point off the public list, or put it back."""
    if act not in ("close", "open"):
        raise Missing("act")
    with transaction() as work:
        point = queries.get_point(work, point_id)
        service.close_point(
            work, clock.signature(), point, version=point.version, closed=act == "close"
        )
        slug = point.cycle.slug
    return redirect(url_for(".overview", slug=slug))


def _form_page(cycle: Cycle, form: PointForm, point: PollingPoint | None) -> str:
    form.area.choices = area_choices(cycle)
    form.in_charge.choices = [(one.id, one.name) for one in queries.registrars(session())]
    return render_template("voting/paper/point.html", cycle=cycle, form=form, point=point)
