"""Where and what: the pages of words, and saving as one types."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import abort, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import service
from pb_portal.proposals.forms import IdeaForm, PlaceForm, read_place
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service.drafts import MOST_CHARACTERS
from pb_portal.proposals.views.base import Answer, blueprint, draft_page, onward, own_draft
from pb_portal.proposals.views.similar import like, near_to
from pb_portal.web import clock, limits
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase, sentence

MOST_BYTES = 200_000
"""Of one saving while typing: the longest draft in escaped JSON is under half of it."""


@blueprint.route("/drafts/<int:proposal_id>/place", methods=["GET", "POST"])
@requires(P.RESIDENT)
def place(proposal_id: int) -> Answer:
    """Where: the pin, the district it falls into, the address."""
    proposal = own_draft(session(), proposal_id)
    form = PlaceForm.of(proposal)
    if request.method == "GET":
        return draft_page("place", proposal, form=form, likes=near_to(proposal))
    form.validate()
    with transaction() as work:
        proposal = own_draft(work, proposal_id, lock=True)
        _save(form, proposal, _place_fields(form))
        _show_gaps(form, proposal, "place")
    if form.errors:
        return draft_page("place", proposal, 422, form=form, likes=near_to(proposal))
    return onward("place", proposal)


@blueprint.route("/drafts/<int:proposal_id>/idea", methods=["GET", "POST"])
@requires(P.RESIDENT)
def idea(proposal_id: int) -> Answer:
    """What: title, category, the problem and the solution."""
    proposal = own_draft(session(), proposal_id)
    kinds = cycles.categories(session())
    form = IdeaForm.of(proposal, kinds)
    if request.method == "GET":
        return draft_page("idea", proposal, form=form, likes=like(proposal))
    form.validate()
    with transaction() as work:
        proposal = own_draft(work, proposal_id, lock=True)
        typed = {name: form[name].data or "" for name in ("title", "problem", "solution")}
        _save(form, proposal, {**typed, "category_id": _number(form.category.data)})
        _show_gaps(form, proposal, "idea")
    if form.errors:
        return draft_page("idea", proposal, 422, form=form, likes=like(proposal))
    return onward("idea", proposal)


@blueprint.post("/drafts/<int:proposal_id>/autosave")
@limits.visits("suggest", by_line=False)
@requires(P.RESIDENT)
def autosave(proposal_id: int) -> Response | tuple[Response, int]:
    """Keep what is being typed. Only sizes are checked; half a place or a wrong one waits."""
    typed = _sent()
    if not isinstance(typed, dict):
        return jsonify(error=phrase("draft.unreadable")), 400
    try:
        with transaction() as work:
            proposal = own_draft(work, proposal_id, lock=True)
            fields = _partial(typed, proposal)
            service.save_draft(work, clock.signature(), proposal, **fields)
            _save_place(work, proposal, typed)
    except Refusal as refusal:
        return jsonify(error=sentence(refusal), field=refusal.field), 422
    return jsonify(saved=True)


def _sent() -> Any:
    """What the page sent; None when it cannot be read, brackets nested without end among it."""
    if not request.is_json:
        return request.form.to_dict()
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _partial(typed: dict[str, Any], proposal: Proposal) -> dict[str, Any]:
    """The fields of a partial save that are there."""
    fields: dict[str, Any] = {
        name: str(typed[name]) for name in MOST_CHARACTERS if typed.get(name) is not None
    }
    if "category" in typed:
        fields["category_id"] = _number(typed["category"])
    if "area" in typed:
        fields["area_id"] = _number(typed["area"])
    return fields


def _save_place(work: Session, proposal: Proposal, typed: dict[str, Any]) -> None:
    """A point that is not one yet is left for the page's own button to speak about."""
    if "lat" not in typed and "lon" not in typed:
        return
    lat, lon = typed.get("lat", proposal.lat), typed.get("lon", proposal.lon)
    with suppress(Refusal):
        point = read_place(str(lat or ""), str(lon or ""))
        service.save_draft(work, clock.signature(), proposal, place=point)


def _place_fields(form: PlaceForm) -> dict[str, Any]:
    fields: dict[str, Any] = {"address": form.address.data or ""}
    if form.chooses_area:
        fields["area_id"] = _number(form.area.data)
    try:
        fields["place"] = read_place(form.lat.data or "", form.lon.data or "")
    except Refusal as refusal:
        form.show(refusal)
    return fields


def _save(form: Form, proposal: Proposal, fields: dict[str, Any]) -> None:
    """Keep each field that can be kept, and say beside the others why not."""
    for name, value in fields.items():
        shown = {"place": "lat", "category_id": "category", "area_id": "area"}.get(name, name)
        if form[shown].errors:
            continue
        try:
            service.save_draft(session(), clock.signature(), proposal, **{name: value})
        except Refusal as refusal:
            form.show(refusal)


def _show_gaps(form: Form, proposal: Proposal, step: str) -> None:
    """Whoever goes on is told what the page still lacks; whoever stops for now is not."""
    if request.form.get("do") == "later":
        return
    for gap in service.gaps(proposal):
        if gap.step == step and not form[gap.field].errors:
            form.show(Refusal(gap.code, field=gap.field, **gap.params))


def _number(text: Any) -> int | None:
    """An id out of a form; what is no number is no id of ours."""
    typed = str(text or "")
    if not typed or typed == "None":
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
