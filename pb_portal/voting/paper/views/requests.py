"""What a second person decides about paper."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.approvals import registry
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import KINDS
from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, may
from pb_portal.domain.polling import serial_code
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.forms import DecisionForm
from pb_portal.voting.paper.models import Batch, PollingPoint
from pb_portal.voting.paper.views import blueprint
from pb_portal.voting.paper.views.parts import WORDS, Answer, keys_of, shown
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires


@blueprint.route("/desk/polling/requests/<int:request_id>", methods=["GET", "POST"])
@requires(P.RUN_PAPER, fresh=True)
def decide(request_id: int) -> Answer:
    """Agree or decline."""
    form = DecisionForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            slug = _decide(request_id, form)
            flash(_("Your decision is written down."), "success")
            return redirect(url_for(".overview", slug=slug))
        except Refusal as refusal:
            status = shown(form, refusal)
    return _page(service.get_request(session(), request_id), form), status


def _decide(request_id: int, form: DecisionForm) -> str:
    with transaction() as work:
        asked = service.lock_request(work, request_id)
        cycle = cycles.get_cycle_by_id(work, asked.cycle_id or 0)
        service.decide(
            work,
            clock.signature(),
            asked,
            keys_of(cycle),
            approve=form.decision.data == "approve",
            reason=form.reason.data or "",
        )
        return str(cycle.slug)


def _page(asked: ApprovalRequest, form: DecisionForm) -> str:
    me = clock.actor()
    person = session().get(Person, asked.proposed_by)
    return render_template(
        "voting/paper/request.html",
        asked=asked,
        form=form,
        cycle=cycles.get_cycle_by_id(session(), asked.cycle_id or 0),
        batch=_batch(asked),
        point=_point(asked),
        name=person.name if person else "—",
        own=asked.proposed_by == me.person_id,
        may_decide=may(me, KINDS[asked.kind].may_approve),
        serial_code=serial_code,
        **WORDS,
    )


def _batch(asked: ApprovalRequest) -> Batch | None:
    known = asked.payload.get("batch")
    return queries.get_batch(session(), known) if known else None


def _point(asked: ApprovalRequest) -> PollingPoint | None:
    known = asked.payload.get("point")
    return queries.get_point(session(), known) if known else None


def summarize_request(session: Session, asked: ApprovalRequest) -> str:
    """The cycle, and the batch or the polling point."""
    parts = [i18n.local(cycles.get_cycle_by_id(session, asked.cycle_id or 0).names)]
    batch, point = _batch(asked), _point(asked)
    if batch is not None:
        parts += [_("Batch %(number)s", number=batch.number), i18n.local(batch.point.names)]
    if point is not None:
        parts.append(i18n.local(point.names))
    return " · ".join([*parts, f"№ {asked.id}"])


for kind in service.KINDS:
    registry.attach_page(kind, "polling.decide", summarize_request)
