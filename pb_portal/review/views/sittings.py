"""One sitting: calling it, its agenda, the verdict on each file, signing."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.places.models import Area
from pb_portal.review import queries as files
from pb_portal.review.council import queries, service
from pb_portal.review.council.members import demand_council
from pb_portal.review.council.models import AgendaItem, CouncilSitting
from pb_portal.review.forms import SignForm, SittingForm, VerdictForm
from pb_portal.review.views import blueprint
from pb_portal.review.views.dossier import dossier
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.review import ground_name

Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/council/sittings/new", methods=["GET", "POST"])
@requires(P.DECIDE)
def new_sitting() -> Answer:
    """Call a sitting: who sits, where, when, and which files."""
    cycle = session().get(Cycle, asked_row("cycle") or 0)
    if cycle is None:
        raise Missing("cycle")
    area_id = asked_row("area")
    demand_council(clock.signature(), area_id)
    form = SittingForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                sitting = service.open_sitting(
                    work,
                    clock.signature(),
                    form.called(),
                    cycle_id=cycle.id,
                    area_id=area_id,
                    proposal_ids=form.files.data or (),
                )
            return redirect(url_for(".sitting", sitting_id=sitting.id))
        except Refusal as refusal:
            form.show(refusal)
    return _call_page(form, cycle, area_id, None), 422 if form.is_submitted() else 200


@blueprint.route("/desk/council/sittings/<int:sitting_id>/edit", methods=["GET", "POST"])
@requires(P.DECIDE)
def edit_sitting(sitting_id: int) -> Answer:
    """Correct who sat, where and when, while the sitting is open."""
    held = _mine(sitting_id)
    form = SittingForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.change_sitting(
                    work,
                    clock.signature(),
                    sitting_id,
                    form.called(),
                    version=form.version.data or 0,
                )
            return redirect(url_for(".sitting", sitting_id=sitting_id))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    return _call_page(form, held.cycle, held.area_id, held), status


def _call_page(
    form: SittingForm, cycle: Cycle, area_id: int | None, held: CouncilSitting | None
) -> str:
    areas = areas_of(clock.actor(), P.DECIDE)
    ready = queries.ready_for(session(), cycle.id, areas, area_id)
    seated = queries.members(session(), held.held_on if held else clock.today())
    if not form.is_submitted():
        _prefill_call(form, cycle, held, [file.id for file in ready])
    if held is not None:
        form.version.renew(held.version)
    return render_template(
        "review/call.html",
        form=form,
        cycle=cycle,
        area=session().get(Area, area_id) if area_id else None,
        held=held,
        seated=seated,
        ready=ready,
        newest=files.newest_opinions(session(), [file.id for file in ready]),
    )


def _prefill_call(
    form: SittingForm, cycle: Cycle, held: CouncilSitting | None, ready: list[int]
) -> None:
    if held is None:
        form.number.data = queries.next_number(session(), cycle.id)
        form.held_on.data = clock.today()
        form.files.data = ready
        form.present.data = []
        return
    form.number.data, form.held_on.data, form.place.data = held.number, held.held_on, held.place
    form.present.data = [member.id for member in held.present]
    form.chair_id.data = held.chair_id


@blueprint.get("/desk/council/sittings/<int:sitting_id>")
@requires(P.DECIDE)
def sitting(sitting_id: int) -> Answer:
    """The agenda with what is decided so far."""
    return _sitting_page(_mine(sitting_id))


def _sitting_page(held: CouncilSitting, said: str = "") -> Answer:
    if held.state == "signed":
        return redirect(url_for("review.protocol", slug=held.cycle.slug, sitting_id=held.id))
    areas = areas_of(clock.actor(), P.DECIDE)
    return render_template(
        "review/sitting.html",
        held=held,
        said=said,
        ready=queries.ready_for(session(), held.cycle_id, areas, held.area_id),
        newest=files.newest_opinions(session(), [item.proposal_id for item in held.items]),
        seated=len(queries.members(session(), held.held_on)),
        undecided=sum(item.outcome is None for item in held.items),
    )


@blueprint.post("/desk/council/sittings/<int:sitting_id>/agenda")
@requires(P.DECIDE)
def add_to_agenda(sitting_id: int) -> Answer:
    """Put more files on the agenda, or take one off."""
    _mine(sitting_id)
    with transaction() as work:
        held = queries.get_sitting(work, sitting_id, lock=True)
        removed = request.form.get("remove", type=int)
        if removed is not None:
            service.take_off_agenda(work, clock.signature(), sitting_id, removed)
        else:
            chosen = [int(one) for one in request.form.getlist("files") if one.isdecimal()]
            service.put_on_agenda(work, clock.signature(), held, chosen)
    return redirect(url_for(".sitting", sitting_id=sitting_id))


@blueprint.route("/desk/council/sittings/<int:sitting_id>/<int:item_id>", methods=["GET", "POST"])
@requires(P.DECIDE)
def verdict(sitting_id: int, item_id: int) -> Answer:
    """One file before the council; writing down what was decided."""
    held = _mine(sitting_id)
    item = next((one for one in held.items if one.id == item_id), None)
    if item is None or held.state != "open":
        abort(404)
    form = VerdictForm()
    _offer(form, held)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.decide(
                    work,
                    clock.signature(),
                    sitting_id,
                    item_id,
                    form.verdict(),
                    seen_version=form.version.data,
                )
            return redirect(_next(held, item))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    return _verdict_page(held, item, form), status


def _offer(form: VerdictForm, held: CouncilSitting) -> None:
    form.conflicted.choices = [(member.id, member.name) for member in held.present]
    form.grounds.choices = [
        (ground.code, ground_name(ground.code)) for ground in cycles.grounds(session())
    ]


def _next(held: CouncilSitting, item: AgendaItem) -> str:
    """The next file without an outcome, else the agenda."""
    flash(_("Written down. It applies when the protocol is signed."), "success")
    waiting = [one for one in held.items if one.outcome is None and one.id != item.id]
    later = [one for one in waiting if one.sort > item.sort] or waiting
    if later:
        return url_for(".verdict", sitting_id=held.id, item_id=later[0].id)
    return url_for(".sitting", sitting_id=held.id)


def _verdict_page(held: CouncilSitting, item: AgendaItem, form: VerdictForm) -> str:
    proposal = files.get_file(session(), item.proposal_id)
    if not form.is_submitted():
        _prefill_verdict(form, held, item)
    form.version.renew(proposal.version)
    place = [one.id for one in held.items].index(item.id) + 1
    about: dict[str, Any] = dossier(session(), proposal)
    return render_template(
        "review/verdict.html", form=form, held=held, item=item, place=place, **about
    )


def _prefill_verdict(form: VerdictForm, held: CouncilSitting, item: AgendaItem) -> None:
    if item.outcome is None:
        form.votes_for.data = len(held.present)
        form.votes_against.data = form.votes_abstained.data = 0
        form.conflicted.data = []
        return
    for name in ("outcome", "votes_for", "votes_against", "votes_abstained", "sentence"):
        form[name].data = getattr(item, name)
    form.conflicted.data = item.conflicted
    form.grounds.data = item.grounds


@blueprint.post("/desk/council/sittings/<int:sitting_id>/sign")
@requires(P.DECIDE)
def sign(sitting_id: int) -> Answer:
    """Sign the protocol: every decision applies and is published."""
    held = _mine(sitting_id)
    form = SignForm()
    try:
        with transaction() as work:
            service.sign(
                work,
                clock.signature(),
                sitting_id,
                version=form.version.data or 0,
                today=clock.today(),
            )
    except Refusal as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        page = _sitting_page(_mine(sitting_id), sentence(refusal))
        return (page, status) if isinstance(page, str) else page
    flash(_("The protocol is signed and published. Authors get their letters."), "success")
    return redirect(url_for("review.protocol", slug=held.cycle.slug, sitting_id=sitting_id))


def _mine(sitting_id: int) -> CouncilSitting:
    held = queries.get_sitting(session(), sitting_id)
    demand_council(clock.signature(), held.area_id)
    return held
