"""The register's page: what is loaded, checking and loading a file, watching it being read."""

from __future__ import annotations

import io
from typing import IO

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb_portal.approvals import service as approvals
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session
from pb_portal.documents import tables
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.register import loads, queries, service
from pb_portal.register.forms import FileForm, FreezeForm
from pb_portal.register.models import RegisterLoad
from pb_portal.register.sheets import is_workbook
from pb_portal.register.views.common import Answer, blueprint, most_megabytes
from pb_portal.register.views.sound import told_kinds
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase

SHOWN = 50


@blueprint.get("/desk/cycles/<slug>/register")
@requires(P.KEEP_REGISTER)
def show(slug: str) -> str:
    """What is loaded, whether it is frozen, and the form to load a file."""
    return _page(cycles.get_cycle(session(), slug), FileForm(formdata=None))


@blueprint.post("/desk/cycles/<slug>/register")
@limits.visits("uploads", by_line=False)
@requires(P.KEEP_REGISTER)
def load(slug: str) -> Answer:
    """Check a file, and load it when that was asked and nothing in it is wrong."""
    cycle = cycles.get_cycle(session(), slug)
    form = FileForm()
    if not form.validate():
        return _page(cycle, form), 422
    said = request.form.get("do")
    wanted = said in ("load", "mended")
    way = said if said in ("mended", "offered") else "whole"
    try:
        report = _take(cycle.slug, form.file.data.stream, load=wanted, way=way)
    except Refusal as refusal:
        form.show(refusal)
        return _page(cycles.get_cycle(session(), slug), form), 422
    if report is None or (wanted and report.clean):
        if report is not None:
            flash(_("The register is loaded."), "success")
        return redirect(url_for(".show", slug=slug))
    return _page(cycles.get_cycle(session(), slug), form), 200 if report.clean else 422


def _take(slug: str, stream: IO[bytes], *, load: bool, way: str) -> service.Report | None:
    """Read a small file at once; keep a large one, sealed, for the worker."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    most = loads.AT_ONCE // 4 if is_workbook(stream) else loads.AT_ONCE
    if size > most:
        loads.read_later(stream, slug, clock.signature(), load=load, way=way)
        return None
    found = loads.read_now(stream, slug, clock.signature(), load=load, way=way)
    if isinstance(found, Refusal):
        raise found
    return found


def _page(cycle: Cycle, form: FileForm) -> str:
    state = queries.find_state(session(), cycle.id)
    job = queries.last_load(session(), cycle.id)
    frozen = state is not None and state.frozen_at is not None
    return render_template(
        "register/show.html",
        cycle=cycle,
        voting=cycles.find_phase(cycle, PhaseKind.VOTING),
        state=state,
        waiting=approvals.find_open(session(), service.FREEZE, f"register:{cycle.id}"),
        form=form,
        freeze=FreezeForm(formdata=None),
        job=job,
        reading=job is not None and job.state in ("queued", "running"),
        why_failed=phrase(job.error, **job.error_params) if job and job.error else "",
        faults=_sentences(job)[:SHOWN] if job else [],
        kinds=told_kinds(job.fault_kinds) if job else [],
        asked_sound=approvals.find_open(session(), service.SOUND, f"register:{cycle.id}:sound"),
        aside=queries.find_set_aside(session(), cycle.id),
        most=most_megabytes(),
        codes=[(part.area.code, part.area.names) for part in cycle.areas],
        corrections=queries.corrections(session(), cycle.id) if frozen else [],
    )


def _sentences(job: RegisterLoad) -> list[tuple[int, str]]:
    """Mistakes by line, in the person's language."""
    return [(found["line"], phrase(found["code"], **found["params"])) for found in job.faults]


@blueprint.get("/desk/cycles/<slug>/register/loads/<int:load_id>/errors.csv")
@requires(P.KEEP_REGISTER)
def errors(slug: str, load_id: int) -> Response:
    """The list of mistakes as a table: lines and sentences, nothing of what the lines said."""
    cycle = cycles.get_cycle(session(), slug)
    job = queries.get_load(session(), cycle.id, load_id)
    name = f"errors-{cycle.slug}-{clock.today().isoformat()}.csv"
    return Response(
        tables.write([_("Line"), _("What is wrong")], _sentences(job)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
