"""Loading what is right of a file: one person asks, another agrees; the rest waits to be mended."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session, transaction
from pb_portal.documents import tables
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.register import loads, queries, service
from pb_portal.register.forms import DecideForm, SoundForm
from pb_portal.register.service.aside import read_aside
from pb_portal.register.views.common import Answer, blueprint
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase

NAMELESS = {
    "register.repeated": "register.repeated_kind",
    "register.repeated_other": "register.repeated_other_kind",
}
"""Mistakes whose sentence names another line, and the sentence for all of their kind."""


@blueprint.route("/desk/cycles/<slug>/register/loads/<int:load_id>/sound", methods=["GET", "POST"])
@requires(P.KEEP_REGISTER, fresh=True)
def ask_sound(slug: str, load_id: int) -> Answer:
    """Say what it means to load the right lines alone, and ask a second person."""
    cycle = cycles.get_cycle(session(), slug)
    job = queries.get_load(session(), cycle.id, load_id)
    form, status = SoundForm(), 200
    if form.is_submitted():
        status = 422
        try:
            if form.validate():
                reason = form.reason.data or ""
                with transaction() as work:
                    held = cycles.get_cycle(work, slug)
                    service.propose_sound_load(
                        work, clock.signature(), held, load_id, reason=reason
                    )
                flash(_("Asked. A second person must now agree."), "success")
                return redirect(url_for(".show", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
    page = render_template(
        "register/ask_sound.html",
        form=form,
        cycle=cycle,
        job=job,
        kinds=told_kinds(job.fault_kinds),
    )
    return page, status


@blueprint.route("/desk/register-sound-loads/<int:request_id>", methods=["GET", "POST"])
@requires(P.APPROVE, fresh=True)
def decide_sound(request_id: int) -> Answer:
    """The second person sees how many are left out, and agrees or declines."""
    form, status = DecideForm(), 200
    choice = request.form.get("do", "")
    if form.is_submitted():
        status = 422
        try:
            if form.validate() and choice in ("approve", "decline"):
                _decide(request_id, approve=choice == "approve", reason=form.reason.data or "")
                return redirect(url_for(".decide_sound", request_id=request_id))
        except Refusal as refusal:
            form.show(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
    wanted = approvals.get_request(session(), request_id)
    if wanted.kind != service.SOUND or wanted.cycle_id is None:
        raise Missing("approval")
    page = render_template(
        "register/decide_sound.html",
        form=form,
        wanted=wanted,
        kinds=told_kinds(wanted.payload["kinds"]),
        cycle=cycles.get_cycle_by_id(session(), wanted.cycle_id),
        own=wanted.proposed_by == clock.actor().person_id,
    )
    return page, status


def _decide(request_id: int, *, approve: bool, reason: str) -> None:
    with transaction() as work:
        wanted = approvals.get_request(work, request_id)
        service.decide_sound_load(work, clock.signature(), wanted, approve=approve, reason=reason)
    sentence = _("Agreed. The right lines are being loaded.")
    flash(sentence if approve else _("The request is declined."), "success")


@blueprint.post("/desk/cycles/<slug>/register/loads/<int:load_id>/aside.csv")
@requires(P.KEEP_REGISTER, fresh=True)
def download_aside(slug: str, load_id: int) -> Response:
    """The lines set aside, as they stood in the file, with what is wrong: personal data, so the
    opening is recorded."""
    with transaction() as work:
        cycle = cycles.get_cycle(work, slug)
        sealed_name = service.open_set_aside(work, clock.signature(), cycle, load_id).kept
    try:
        with loads.desk().uploads.opened(sealed_name) as stream:
            lines = read_aside(stream)
            headings = next(lines, (0, "", 0, []))[3]
            rows = [_aside_row(number, code, first, cells) for number, code, first, cells in lines]
    except FileNotFoundError:
        raise Missing("load") from None
    width = max([len(headings), *(len(cells) for cells, _n, _w in rows)])
    table = [[*cells, *[""] * (width - len(cells)), number, words] for cells, number, words in rows]
    heads = [*headings, *[""] * (width - len(headings)), _("Line"), _("What is wrong")]
    name = f"set-aside-{slug}-{clock.today().isoformat()}.csv"
    return Response(
        tables.write(heads, table),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _aside_row(number: int, code: str, first: int, cells: list[str]) -> tuple[list[str], int, str]:
    return cells, number, phrase(code, first=first)


def told_kinds(kinds: dict[str, int]) -> list[tuple[str, int]]:
    """Kinds of mistakes in words, the most frequent first."""
    pairs = sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(phrase(NAMELESS.get(code, code)), number) for code, number in pairs]


def summarize_sound(current: Session, asked: ApprovalRequest) -> str:
    """The cycle, how many residents would be loaded, how many lines left out."""
    cycle = cycles.get_cycle_by_id(current, asked.cycle_id or 0)
    payload: dict[str, Any] = asked.payload
    residents = ngettext("%(num)d resident", "%(num)d residents", payload["sound"])
    aside = ngettext("%(num)d line set aside", "%(num)d lines set aside", payload["set_aside"])
    return f"{i18n.local(cycle.names)} · {residents} · {aside}"


registry.attach_page(service.SOUND, "register.decide_sound", summarize_sound)
