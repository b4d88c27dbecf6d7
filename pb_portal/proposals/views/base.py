"""What the pages of a draft share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.db import Missing, session
from pb_portal.domain.permissions import acts_for, owns
from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service.pictures import MOST_PICTURES
from pb_portal.web import clock
from pb_portal.web.phrases import phrase
from pb_portal.web.phrases.proposals import step_name
from pb_portal.web.storage import most_bytes

blueprint = Blueprint("proposals", __name__)
Answer = str | tuple[str, int] | Response

STEPS = ("place", "idea", "estimate", "photos", "check")


@blueprint.url_value_preprocessor
def roomy_uploads(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Several photos come in one request; each is still held to the limit of one file."""
    if endpoint == "proposals.photos":
        request.max_content_length = MOST_PICTURES * most_bytes()


def own_draft(work: Session, proposal_id: int, *, lock: bool = False) -> Proposal:
    """The person's own draft, or the working copy of one's own returned proposal.

    Somebody else's is missing; one's own that has moved on leads to its public page.
    """
    proposal = queries.get_proposal_by_id(work, proposal_id, lock=lock)
    if not acts_for(clock.actor(), proposal.written_by, represented=proposal.represented):
        raise Missing("proposal")
    if proposal.status == ProposalState.RETURNED:
        copy = service.find_revision(work, proposal.id, lock=lock)
        if copy is not None:
            return copy
    if proposal.status != ProposalState.DRAFT:
        flash(phrase("proposal.not_editable"), "info")
        abort(redirect(public_url(proposal)))
    return proposal


def public_url(proposal: Proposal, **values: Any) -> str:
    """Address of the public page."""
    number = proposal.public.number
    return url_for("proposals.show", slug=proposal.cycle.slug, number=number, **values)


def step_url(proposal: Proposal, step: str) -> str:
    """Address of a page of the draft."""
    return url_for(f"proposals.{step}", proposal_id=proposal.id)


def draft_page(step: str, proposal: Proposal, status: int = 200, **values: Any) -> Answer:
    """Render a page of the draft with the way through all of them."""
    place = STEPS.index(step)
    missing = {gap.step for gap in service.gaps(proposal)}
    if not proposal.pictures:
        missing.add("photos")
    steps = [
        {
            "name": step_name(name),
            "url": step_url(proposal, name),
            "done": name not in missing and name != "check",
            "current": name == step,
        }
        for name in STEPS
    ]
    back = step_url(proposal, STEPS[place - 1]) if place else url_for("proposals.mine")
    body = render_template(
        f"proposals/{step}.html",
        proposal=proposal,
        cycle=proposal.cycle,
        step=step,
        steps=steps,
        step_number=place + 1,
        back=back,
        remark=_remark(proposal),
        confirmed=clock.actor().confirmed,
        remarks=_remarks(proposal),
        author_only=proposal.revises is None and not owns(clock.actor(), proposal.author_id),
        **values,
    )
    return body, status


def onward(step: str, proposal: Proposal) -> Response:
    """After saving: the next page, or one's own list when the person stops for now."""
    if request.form.get("do") == "later":
        flash(_("Your draft is saved. You can go on from any device."), "success")
        return redirect(url_for("proposals.mine"))
    return redirect(step_url(proposal, STEPS[STEPS.index(step) + 1]))


def _remarks(proposal: Proposal) -> dict[str, str]:
    """What the reviewer asks to change, by field."""
    if proposal.revises_id is None:
        return {}
    found = queries.remarks.open_for(session(), proposal.revises_id)
    return {one.field: one.text for one in found}


def _remark(proposal: Proposal) -> str:
    """Why it came back, while it is being reworked."""
    if proposal.revises is None:
        return ""
    returns = [event for event in proposal.revises.events if event.action == ProposalAction.RETURN]
    return returns[-1].reason if returns else ""
