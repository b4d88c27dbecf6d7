"""Supporting, following, commenting."""

from __future__ import annotations

from flask import redirect, request
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import queries, service
from pb_portal.proposals.forms import CommentForm
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.views.base import Answer, blueprint, public_url
from pb_portal.proposals.views.show import page
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires


@blueprint.post("/c/<slug>/proposals/<int:number>/support")
@limits.limiter.limit("60 per minute")
@requires(P.COMMENT)
def support(slug: str, number: int) -> Answer:
    """Support a proposal, or stop."""
    with transaction() as work:
        proposal = _proposal(work, slug, number)
        service.set_support(work, clock.signature(), proposal, on=_on())
    return redirect(public_url(proposal))


@blueprint.post("/c/<slug>/proposals/<int:number>/follow")
@limits.limiter.limit("60 per minute")
@requires(P.COMMENT)
def follow(slug: str, number: int) -> Answer:
    """Get letters about a proposal, or no more of them."""
    with transaction() as work:
        proposal = _proposal(work, slug, number)
        service.set_follow(work, clock.signature(), proposal, on=_on())
    return redirect(public_url(proposal))


@blueprint.post("/c/<slug>/proposals/<int:number>/comments")
@limits.limiter.limit("10 per minute; 60 per hour")
@requires(P.COMMENT)
def comment(slug: str, number: int) -> Answer:
    """Say something about a proposal."""
    form = CommentForm()
    try:
        with transaction() as work:
            proposal = _proposal(work, slug, number)
            service.add_comment(work, clock.signature(), proposal, form.body.data or "")
    except Refusal as refusal:
        form.show(refusal)
        return page(queries.read_page(session(), slug, number, clock.actor().person_id), form, 422)
    return redirect(public_url(proposal, _anchor="comments"))


def _proposal(work: Session, slug: str, number: int) -> Proposal:
    return queries.get_proposal(work, cycles.get_cycle(work, slug).id, number)


def _on() -> bool:
    return request.form.get("on") == "1"
