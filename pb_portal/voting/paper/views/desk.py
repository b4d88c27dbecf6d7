"""The desk: a document, two fields, one answer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.forms import DeskForm, TakeBackForm
from pb_portal.voting.paper.models import PollingPoint
from pb_portal.voting.paper.service.points import demand_charge
from pb_portal.voting.paper.views import blueprint
from pb_portal.voting.paper.views.parts import Answer, keys_of, rules_of, shown, status_of
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence


@blueprint.route("/desk/polling/points/<int:point_id>/desk", methods=["GET", "POST"])
@limits.visits("writes", methods=["POST"], by_line=False)
@requires(P.HAND_PAPER)
def desk(point_id: int) -> Answer:
    """Whether the person at the desk gets a paper; on a yes it is written down at once."""
    point = queries.get_point(session(), point_id)
    try:
        demand_charge(clock.signature(), point)
    except Refusal as refusal:
        return _page(point, DeskForm(formdata=None), barred=sentence(refusal)), 422
    form = DeskForm()
    if not form.validate_on_submit():
        return _page(point, form), 422 if form.is_submitted() else 200
    answer = _hand_out(point_id, form)
    point = queries.get_point(session(), point_id)
    page = _page(point, DeskForm(formdata=None), answer=answer)
    return page, 200 if answer.refusal is None else status_of(answer.refusal)


def _hand_out(point_id: int, form: DeskForm) -> service.Handed:
    document = service.Document(form.iin.data, form.born)
    with transaction() as work:
        point = queries.get_point(work, point_id)
        keys = keys_of(point.cycle)
        return service.hand_out(
            work,
            clock.signature(),
            point,
            document,
            rules_of(point.cycle),
            key=keys.register,
            zone=clock.city_zone(),
        )


def _page(point: PollingPoint, form: DeskForm, **about: Any) -> str:
    answer = about.get("answer")
    refusal = answer.refusal if answer else None
    area_id = refusal.params.get("area_id") if refusal else None
    back = TakeBackForm(formdata=None)
    back.token.data = answer.token if answer else ""
    return render_template(
        "voting/paper/desk.html",
        point=point,
        form=form,
        back=back,
        said=sentence(refusal) if refusal else "",
        code=refusal.code if refusal else "",
        elsewhere=queries.open_points(session(), point.cycle_id, area_id) if area_id else [],
        **{"answer": None, "barred": "", **about},
    )


@blueprint.post("/desk/polling/points/<int:point_id>/take-back")
@limits.visits("writes", by_line=False)
@requires(P.HAND_PAPER, fresh=True)
def take_back(point_id: int) -> Answer:
    """Ask a second person to agree that a paper comes back unused."""
    form, status = TakeBackForm(), 422
    point = queries.get_point(session(), point_id)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                held = queries.get_point(work, point_id)
                service.propose_take_back(
                    work,
                    clock.signature(),
                    held,
                    form.token.data or "",
                    key=keys_of(held.cycle).register,
                    reason=form.reason.data,
                )
            flash(_("A second person must agree. Until then this person cannot vote."), "success")
            return redirect(url_for(".desk", point_id=point_id))
        except Refusal as refusal:
            status = shown(form, refusal)
            point = queries.get_point(session(), point_id)
    return render_template("voting/paper/take_back.html", point=point, back=form), status
