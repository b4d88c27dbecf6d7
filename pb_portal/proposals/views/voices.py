"""Supporting, following, commenting."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import queries, service
from pb_portal.proposals.forms import CommentForm, ReportForm
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.views.base import Answer, blueprint, public_url
from pb_portal.proposals.views.show import page, read
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires


@blueprint.post("/c/<slug>/proposals/<int:number>/support")
@limits.visits("writes", by_line=False)
@requires(P.COMMENT)
def support(slug: str, number: int) -> Answer:
    """Support a proposal, or stop."""
    with transaction() as work:
        proposal = _proposal(work, slug, number)
        service.set_support(work, clock.signature(), proposal, on=_on())
    return redirect(public_url(proposal))


@blueprint.post("/c/<slug>/proposals/<int:number>/follow")
@limits.visits("writes", by_line=False)
@requires(P.COMMENT)
def follow(slug: str, number: int) -> Answer:
    """Get letters about a proposal, or no more of them."""
    with transaction() as work:
        proposal = _proposal(work, slug, number)
        service.set_follow(work, clock.signature(), proposal, on=_on())
    return redirect(public_url(proposal))


@blueprint.post("/c/<slug>/proposals/<int:number>/comments")
@limits.acts("comments")
@requires(P.COMMENT)
def comment(slug: str, number: int) -> Answer:
    """Say something about a proposal."""
    form = CommentForm()
    try:
        with transaction() as work:
            proposal = _proposal(work, slug, number)
            added = service.add_comment(
                work, clock.signature(), proposal, form.body.data or "", parent_id=_parent(form)
            )
    except Refusal as refusal:
        form.show(refusal)
        return page(read(slug, number), form, 422)
    if added.held_at is not None:
        flash(_("A moderator reads your comment first. Until then only you see it."), "info")
    return redirect(public_url(proposal, _anchor=f"comment-{added.id}"))


@blueprint.route(
    "/c/<slug>/proposals/<int:number>/comments/<int:comment_id>/report", methods=["GET", "POST"]
)
@limits.visits("asks", methods=["POST"], by_line=False)
@requires(P.COMMENT)
def report(slug: str, number: int, comment_id: int) -> Answer:
    """Tell a moderator that a comment breaks the rules."""
    form, proposal = ReportForm(), _proposal(session(), slug, number)
    told = queries.comments.get_comment(session(), proposal.id, comment_id)
    if told is None:
        raise Missing("comment")
    if request.method == "GET":
        return render_template("proposals/report.html", proposal=proposal, told=told, form=form)
    try:
        with transaction() as work:
            service.report_comment(
                work,
                clock.signature(),
                comment_id,
                reason=form.reason.data or "",
                text=form.text.data or "",
            )
    except Refusal as refusal:
        form.show(refusal)
        page_again = render_template(
            "proposals/report.html", proposal=proposal, told=told, form=form
        )
        return page_again, 422
    flash(_("Thank you. A moderator will read it."), "success")
    return redirect(public_url(proposal, _anchor="comments"))


def _parent(form: CommentForm) -> int | None:
    typed = form.parent.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _proposal(work: Session, slug: str, number: int) -> Proposal:
    return queries.get_proposal(work, cycles.get_cycle(work, slug).id, number)


def _on() -> bool:
    return request.form.get("on") == "1"
