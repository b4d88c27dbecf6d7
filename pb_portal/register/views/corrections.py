"""Corrections of a frozen register: asking, and the second person's check."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session, transaction
from pb_portal.domain.identity import normal_phone
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.register import queries, service
from pb_portal.register.forms import DOCUMENTS, KINDS, CheckForm, CorrectionForm
from pb_portal.register.service import Asked, Data
from pb_portal.register.views.common import Answer, blueprint, roll_keys
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import requires


def _key() -> str:
    return str(current_app.config["SETTINGS"].register_key)


def _form(cycle: Cycle) -> CorrectionForm:
    form = CorrectionForm()
    parts = [(part.area_id, i18n.local(part.area.names)) for part in cycle.areas]
    form.area.choices = [(0, _("As it is")), *parts]
    return form


@blueprint.route("/desk/cycles/<slug>/register/correction", methods=["GET", "POST"])
@limits.visits("lookups", methods=["POST"], by_line=False)
@requires(P.KEEP_REGISTER, fresh=True)
def correct(slug: str) -> Answer:
    """Ask a second person for one change of a frozen register."""
    cycle = cycles.get_cycle(session(), slug)
    form = _form(cycle)
    if form.validate_on_submit():
        try:
            _propose(slug, form)
            flash(_("Asked. A second person must now agree."), "success")
            return redirect(url_for(".show", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
            cycle = cycles.get_cycle(session(), slug)
    page = render_template(
        "register/correct.html",
        cycle=cycle,
        form=form,
        frozen=queries.is_frozen(session(), cycle.id),
    )
    return page, 422 if form.is_submitted() else 200


def _propose(slug: str, form: CorrectionForm) -> None:
    asked = Asked(form.kind.data, form.document.data, form.reason.data)
    data = Data(
        form.iin.data,
        form.born,
        normal_phone(form.phone.data) if form.phone.data else None,
        form.area.data or None,
        {"yes": True, "no": False}.get(form.permanent.data),
    )
    with transaction() as work:
        cycle = cycles.get_cycle(work, slug)
        service.propose_correction(
            work, clock.signature(), cycle, asked, data, key=_key(), zone=clock.city_zone()
        )


@blueprint.route("/desk/register-corrections/<int:request_id>", methods=["GET", "POST"])
@limits.visits("lookups", methods=["POST"], by_line=False)
@requires(P.APPROVE, fresh=True)
def decide_correction(request_id: int) -> Answer:
    """The second person types the document's data once more, or declines."""
    form = CheckForm()
    said = request.form.get("do", "")
    if said == "decline" or (said == "approve" and form.validate_on_submit()):
        try:
            _decide(request_id, form, approve=said == "approve")
            approved = said == "approve"
            flash(_("The register is corrected.") if approved else _("The request is declined."))
            return redirect(url_for(".decide_correction", request_id=request_id))
        except Refusal as refusal:
            form.show(refusal)
    wanted = approvals.get_request(session(), request_id)
    correction = service.get_correction(session(), wanted)
    page = render_template(
        "register/decide_correction.html",
        form=form,
        wanted=wanted,
        correction=correction,
        kind=dict(KINDS)[correction.kind],
        document=dict(DOCUMENTS)[correction.document],
        cycle=cycles.get_cycle_by_id(session(), correction.cycle_id),
        own=wanted.proposed_by == clock.actor().person_id,
    )
    return page, 422 if form.is_submitted() else 200


def _decide(request_id: int, form: CheckForm, *, approve: bool) -> None:
    again = Data(form.iin.data, form.born) if approve else None
    with transaction() as work:
        service.decide_correction(
            work,
            clock.signature(),
            approvals.get_request(work, request_id),
            roll_keys(),
            approve=approve,
            reason=form.reason.data or "",
            again=again,
        )


def summarize_correction(session: Session, asked: ApprovalRequest) -> str:
    """The cycle, what is to be done and on which document; never whom it is about."""
    cycle = cycles.get_cycle_by_id(session, asked.cycle_id or 0)
    what = dict(KINDS)[asked.payload["kind"]]
    document = dict(DOCUMENTS)[asked.payload["document"]]
    return f"{i18n.local(cycle.names)} · {what} · {document} · № {asked.id}"


registry.attach_page(service.CORRECTION, "register.decide_correction", summarize_correction)
