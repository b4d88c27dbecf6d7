"""Checking a receipt. It is posted, never put in an address, so that no log joins it to a place."""

from __future__ import annotations

from flask import Response, render_template, request

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, session
from pb_portal.domain.phases import PhaseKind
from pb_portal.voting import queries as box
from pb_portal.voting.forms import ReceiptForm, VerifyForm
from pb_portal.voting.ledger import batches, proofs
from pb_portal.voting.models import VoidedBallot
from pb_portal.voting.views import blueprint, visit
from pb_portal.voting.views.visit import Answer
from pb_portal.web import clock, limits
from pb_portal.web.guard import public
from pb_portal.web.i18n import local
from pb_portal.web.signer import signer


@blueprint.route("/c/<slug>/receipt", methods=["GET", "POST"])
@public
def receipt(slug: str) -> Answer:
    """Whether a ballot with this receipt lies in the box, and in which batch of the ledger."""
    cycle, _ = visit.get_vote(slug)
    form = ReceiptForm()
    place = _find(cycle, form.receipt.data) if form.validate_on_submit() else None
    return _page(form, cycle, place)


@blueprint.route("/verify", methods=["GET", "POST"])
@public
def verify() -> Answer:
    """The same for any vote of the city."""
    held = _held()
    form = VerifyForm()
    form.cycle.choices = [(cycle.slug, local(cycle.names)) for cycle in held]
    asked = request.args.get("cycle", "")
    if not form.is_submitted() and asked in {cycle.slug for cycle in held}:
        form.cycle.data = asked
    if form.validate_on_submit():
        chosen = next(cycle for cycle in held if cycle.slug == form.cycle.data)
        return _page(form, chosen, _find(chosen, form.receipt.data))
    return _page(form, None, None)


@blueprint.post("/c/<slug>/receipt/proof")
@limits.visits("suggest")
@public
def proof(slug: str) -> Answer:
    """The proof of a receipt as a file; 404 without such a ballot, 409 while it is not sealed."""
    cycle, _ = visit.get_vote(slug)
    form = ReceiptForm()
    place = _find(cycle, form.receipt.data) if form.validate_on_submit() else None
    if place is None:
        raise Missing("receipt")
    if place.batch is None:
        return _page(form, cycle, place)[0], 409
    keys = batches.keys_of(cycle.id, visit.settings().ballot_key)
    made = proofs.proof_of(session(), cycle.id, cycle.slug, place, keys)
    answer = Response(made, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-proof-{slug}.json"'
    return answer


def _find(cycle: Cycle, receipt: str) -> proofs.Place | None:
    keys = batches.keys_of(cycle.id, visit.settings().ballot_key)
    return proofs.find_place(session(), cycle.id, receipt, keys)


def _held() -> list[Cycle]:
    """Votes that are open or over, the newest first."""
    now = clock.now()
    return [
        cycle
        for cycle in cycles.all_cycles(session(), imported=False)
        if (phase := cycles.find_phase(cycle, PhaseKind.VOTING)) and phase.starts_at <= now
    ]


def _page(form: ReceiptForm, cycle: Cycle | None, place: proofs.Place | None) -> tuple[str, int]:
    checked = form.is_submitted() and not form.errors
    page = render_template(
        "voting/receipt.html",
        cycle=cycle,
        form=form,
        checked=checked,
        place=place,
        void=_void(cycle, form) if checked and place else None,
        key=signer().public_key,
    )
    return page, 200 if checked or not form.is_submitted() else 422


def _void(cycle: Cycle | None, form: ReceiptForm) -> VoidedBallot | None:
    return box.void_of_receipt(session(), cycle.id, form.receipt.data) if cycle else None
