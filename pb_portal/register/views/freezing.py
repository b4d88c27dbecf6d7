"""Freezing by two people."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.register import queries, service
from pb_portal.register.forms import DecideForm, FreezeForm
from pb_portal.register.views.common import Answer, blueprint, roll_keys
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires


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
                work,
                clock.signature(),
                wanted,
                roll_keys(),
                approve=approve,
                reason=form.reason.data or "",
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


def summarize_freeze(session: Session, asked: ApprovalRequest) -> str:
    """The cycle, and how many residents the register holds."""
    cycle = cycles.get_cycle_by_id(session, asked.cycle_id or 0)
    entries = asked.payload["entries"]
    residents = ngettext("%(num)d resident", "%(num)d residents", entries)
    told = f"{i18n.local(cycle.names)} · {residents}"
    state = queries.find_state(session, cycle.id)
    if state is not None and state.set_aside:
        aside = ngettext("%(num)d line set aside", "%(num)d lines set aside", state.set_aside)
        told = f"{told} · {aside}"
    return told


registry.attach_page(service.FREEZE, "register.decide_freeze", summarize_freeze)
