"""How much: the estimate builder."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Category, TypicalWork
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service.estimate import LONGEST_REASON, LONGEST_TITLE, UNITS
from pb_portal.proposals.views.base import (
    Answer,
    blueprint,
    draft_page,
    onward,
    own_draft,
    step_url,
)
from pb_portal.proposals.words import index_of, patterns_of
from pb_portal.web import clock
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.proposals import unit_name

Errors = dict[str, str]


@blueprint.route("/drafts/<int:proposal_id>/estimate", methods=["GET", "POST"])
@requires(P.RESIDENT)
def estimate(proposal_id: int) -> Answer:
    """Works from the catalogue and of one's own, with a total against the cap."""
    if request.method == "GET":
        return _page(own_draft(session(), proposal_id), {}, {}, 200)
    wanted = request.form.get("do", "continue")
    with transaction() as work:
        proposal = own_draft(work, proposal_id, lock=True)
        errors = _apply(work, proposal, wanted)
    if errors:
        return _page(proposal, request.form, errors, 422)
    if wanted == "find":
        return _page(proposal, request.form, {}, 200)
    if wanted in ("continue", "later"):
        return onward("estimate", proposal)
    return redirect(step_url(proposal, "estimate") + "#lines")


def _apply(work: Session, proposal: Proposal, wanted: str) -> Errors:
    """Keep the quantities, then do what the button says. What was filled in for a new line is
    added by any button, so that nothing is lost."""
    errors: Errors = {}
    removed = wanted.removeprefix("remove-") if wanted.startswith("remove-") else ""
    for line in list(proposal.lines):
        if str(line.id) == removed:
            service.remove_line(work, clock.signature(), proposal, line.id)
        elif (typed := request.form.get(f"quantity_{line.id}")) is not None:
            _try(errors, service.set_quantity, work, proposal, line.id, typed)
    if wanted == "find":
        return errors
    typed_work = request.form.get("work", "")
    if wanted == "add_work" or typed_work:
        number = int(typed_work) if typed_work.isdecimal() and len(typed_work) < 10 else None
        quantity = request.form.get("work_quantity", "")
        _try(errors, service.add_work, work, proposal, work_id=number, quantity=quantity)
    if wanted == "add_own" or request.form.get("own_title", "").strip():
        _try(errors, service.add_own_line, work, proposal, **_own_line())
    if wanted == "continue" and not errors and not proposal.lines:
        errors["work"] = sentence(Refusal("gap.estimate"))
    return errors


def _own_line() -> dict[str, str]:
    return {
        "title": request.form.get("own_title", ""),
        "unit": request.form.get("own_unit", ""),
        "unit_price": request.form.get("own_price", ""),
        "quantity": request.form.get("own_quantity", ""),
        "reason": request.form.get("own_reason", ""),
    }


def _try(
    errors: Errors, command: Any, work: Session, proposal: Proposal, *args: Any, **kw: Any
) -> None:
    try:
        command(work, clock.signature(), proposal, *args, **kw)
    except Refusal as refusal:
        errors[refusal.field or "work"] = sentence(refusal)


def _page(proposal: Proposal, typed: Any, errors: Errors, status: int) -> Answer:
    cycle_area = cycles.find_cycle_area(proposal.cycle, proposal.area_id)
    find = typed.get("find", "")[:60] if status == 200 else ""
    return draft_page(
        "estimate",
        proposal,
        status,
        form=Form(),
        typed=typed,
        errors=errors,
        find=find,
        catalogue=_catalogue(proposal, find),
        prices=cycles.prices_in(session(), proposal.cycle_id),
        longest_reason=LONGEST_REASON,
        units=[(code, unit_name(code)) for code in UNITS],
        unit_name=unit_name,
        longest_title=LONGEST_TITLE,
        budget=cycle_area.budget if cycle_area else None,
    )


def _catalogue(proposal: Proposal, find: str) -> list[tuple[Category, list[TypicalWork]]]:
    """Typical works by category that have the words sought in any language, the proposal's own
    category first."""
    asked = patterns_of(find)
    by_category: dict[int, list[TypicalWork]] = {}
    for work in cycles.typical_works(session()):
        if not _said(index_of(*work.names.values()), asked):
            continue
        by_category.setdefault(work.category_id, []).append(work)
    kinds = [kind for kind in cycles.categories(session()) if kind.id in by_category]
    kinds.sort(key=lambda kind: kind.id != proposal.category_id)
    return [(kind, by_category[kind.id]) for kind in kinds]


def _said(index: str, asked: list[list[str]]) -> bool:
    return all(any(pattern in index for pattern in patterns) for patterns in asked)
