"""Pages of the register: loading, and freezing by two people."""

from __future__ import annotations

from typing import IO

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.approvals import service as approvals
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.register import queries, service
from pb_portal.register.forms import DecideForm, FileForm, FreezeForm
from pb_portal.register.reader import read_register
from pb_portal.register.service import Report
from pb_portal.web import clock, limits, storage
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase

blueprint = Blueprint("register", __name__)
Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/cycles/<slug>/register")
@requires(P.KEEP_REGISTER)
def show(slug: str) -> str:
    """What is loaded, whether it is frozen, and the form to load a file."""
    return _page(cycles.get_cycle(session(), slug), FileForm(formdata=None))


@blueprint.post("/desk/cycles/<slug>/register")
@limits.limiter.limit(limits.UPLOAD)
@requires(P.KEEP_REGISTER)
def load(slug: str) -> Answer:
    """Check a file, and load it when that was asked and nothing in it is wrong."""
    cycle = cycles.get_cycle(session(), slug)
    form = FileForm()
    if not form.validate():
        return _page(cycle, form), 422
    wanted = request.form.get("do") == "load"
    try:
        report = _take(cycle.slug, form.file.data.stream, load=wanted)
    except Refusal as refusal:
        form.show(refusal)
        return _page(cycles.get_cycle(session(), slug), form), 422
    if wanted and report.clean:
        flash(_("The register is loaded."), "success")
        return redirect(url_for(".show", slug=slug))
    cycle = cycles.get_cycle(session(), slug)
    return _page(cycle, form, report), 200 if report.clean else 422


def _take(slug: str, stream: IO[bytes], *, load: bool) -> Report:
    """Check first, outside any transaction; only a clean file takes the database's time."""
    settings = current_app.config["SETTINGS"]
    key, zone = settings.register_key, clock.city_zone()
    by = clock.signature()
    cycle = cycles.get_cycle(session(), slug)
    report = service.check_rows(by, cycle, read_register(stream), key=key, zone=zone)
    if not (load and report.clean):
        return report
    stream.seek(0)
    with transaction() as work:
        cycle = cycles.get_cycle(work, slug)
        return service.load_rows(work, by, cycle, read_register(stream), key=key, zone=zone)


def _page(cycle: Cycle, form: FileForm, report: Report | None = None) -> str:
    state = queries.find_state(session(), cycle.id)
    found = report.faults if report else []
    faults = [(fault.line, phrase(fault.code, **fault.params)) for fault in found]
    return render_template(
        "register/show.html",
        cycle=cycle,
        voting=cycles.find_phase(cycle, PhaseKind.VOTING),
        state=state,
        waiting=approvals.find_open(session(), service.FREEZE, f"register:{cycle.id}"),
        form=form,
        freeze=FreezeForm(formdata=None),
        report=report,
        faults=faults,
        most=storage.most_bytes() // 1024 // 1024,
        codes=[(part.area.code, part.area.names) for part in cycle.areas],
    )


@blueprint.post("/desk/cycles/<slug>/register/freeze")
@requires(P.KEEP_REGISTER, fresh=True)
def freeze(slug: str) -> Answer:
    """Ask a second person to freeze what is loaded."""
    form = FreezeForm()
    if not form.validate():
        return redirect(url_for(".show", slug=slug))
    with transaction() as work:
        cycle = cycles.get_cycle(work, slug)
        service.propose_freeze(work, clock.signature(), cycle, reason=form.reason.data or "")
    flash(_("Asked. A second person must now agree."), "success")
    return redirect(url_for(".show", slug=slug))


@blueprint.route("/desk/register-freezes/<int:request_id>", methods=["GET", "POST"])
@requires(P.APPROVE, fresh=True)
def decide_freeze(request_id: int) -> Answer:
    """The second person agrees or declines."""
    form = DecideForm()
    said = request.form.get("do", "")
    if form.validate_on_submit() and said in ("approve", "decline"):
        approve = said == "approve"
        with transaction() as work:
            wanted = approvals.get_request(work, request_id)
            service.decide_freeze(
                work, clock.signature(), wanted, approve=approve, reason=form.reason.data or ""
            )
        flash(_("The register is frozen.") if approve else _("The request is declined."), "success")
        return redirect(url_for(".decide_freeze", request_id=request_id))
    wanted = approvals.get_request(session(), request_id)
    if wanted.kind != service.FREEZE or wanted.cycle_id is None:
        raise Missing("approval")
    page = render_template(
        "register/decide_freeze.html",
        form=form,
        wanted=wanted,
        cycle=cycles.get_cycle_by_id(session(), wanted.cycle_id),
        state=queries.find_state(session(), wanted.cycle_id),
        own=wanted.proposed_by == clock.actor().person_id,
    )
    return page, 422 if form.is_submitted() else 200
