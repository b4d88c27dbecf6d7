"""Check and submit; throw a draft away; take a proposal back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, acts_for
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction, steps_from
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import queries, service
from pb_portal.proposals.forms import AppealForm, WithdrawForm
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.views.base import (
    Answer,
    blueprint,
    draft_page,
    own_draft,
    public_url,
    step_url,
)
from pb_portal.proposals.views.similar import like
from pb_portal.takedowns.queries import is_held
from pb_portal.web import clock, limits
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase
from pb_portal.web.phrases.proposals import field_name, step_name, unit_name


@blueprint.route("/drafts/<int:proposal_id>/check", methods=["GET", "POST"])
@limits.visits("writes", methods=["POST"], by_line=False)
@requires(P.RESIDENT)
def check(proposal_id: int) -> Answer:
    """Everything that was entered, what is missing, and the one button."""
    form = Form()
    if request.method == "GET":
        return _page(own_draft(session(), proposal_id), form, 200)
    try:
        with transaction() as work:
            proposal = own_draft(work, proposal_id, lock=True)
            first = proposal.revises is None
            sent = proposal.public
            hand_in = service.submit if first else service.resubmit
            hand_in(work, clock.signature(), proposal)
    except Refusal as refusal:
        form.show(refusal)
        return _page(own_draft(session(), proposal_id), form, 422)
    told = phrase("draft.submitted" if first else "draft.resubmitted", number=sent.number)
    flash(told, "success")
    if is_held(session(), "proposal", sent.id):
        flash(phrase("takedown.waits"), "info")
    return redirect(public_url(sent))


@blueprint.route("/drafts/<int:proposal_id>/delete", methods=["GET", "POST"])
@requires(P.RESIDENT)
def delete(proposal_id: int) -> Answer:
    """Throw a draft away, after asking."""
    proposal = own_draft(session(), proposal_id)
    if proposal.revises is not None:
        return redirect(public_url(proposal))
    if request.method == "GET":
        return render_template("proposals/delete.html", proposal=proposal)
    with transaction() as work:
        proposal = own_draft(work, proposal_id, lock=True)
        service.delete_draft(work, clock.signature(), proposal)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for(".mine"))


@blueprint.route("/c/<slug>/proposals/<int:number>/withdraw", methods=["GET", "POST"])
@requires(P.RESIDENT)
def withdraw(slug: str, number: int) -> Answer:
    """Take a proposal back, after asking."""
    proposal = _own(slug, number)
    open_steps = {step.action for step in steps_from(proposal.status, "author")}
    if ProposalAction.WITHDRAW not in open_steps:
        return redirect(public_url(proposal))
    form = WithdrawForm()
    if form.validate_on_submit():
        with transaction() as work:
            proposal = queries.get_proposal(work, proposal.cycle_id, number, lock=True)
            service.withdraw(work, clock.signature(), proposal, reason=form.reason.data or "")
        flash(_("The proposal is withdrawn."), "success")
        return redirect(public_url(proposal))
    status = 422 if form.is_submitted() else 200
    return render_template("proposals/withdraw.html", proposal=proposal, form=form), status


@blueprint.route("/c/<slug>/proposals/<int:number>/appeal", methods=["GET", "POST"])
@requires(P.RESIDENT)
def appeal(slug: str, number: int) -> Answer:
    """Ask the council to look at a rejection again."""
    proposal, form = _own(slug, number), AppealForm()
    voting = cycles.find_phase(proposal.cycle, PhaseKind.VOTING)
    until = service.appeal_until(proposal, voting.starts_at if voting else None)
    if until is None:
        return redirect(public_url(proposal))
    try:
        if form.validate_on_submit():
            with transaction() as work:
                proposal = queries.get_proposal(work, proposal.cycle_id, number, lock=True)
                words = form.reason.data or ""
                service.appeal(work, clock.signature(), proposal, reason=words)
            flash(_("The appeal is sent. The council answers here and by letter."), "success")
            return redirect(public_url(proposal))
    except Refusal as refusal:
        form.show(refusal)
    status = 422 if form.is_submitted() else 200
    last = proposal.events[-1]
    return render_template(
        "proposals/appeal.html", proposal=proposal, form=form, until=until, last=last
    ), status


def _own(slug: str, number: int) -> Proposal:
    cycle = cycles.get_cycle(session(), slug)
    proposal = queries.get_proposal(session(), cycle.id, number)
    if not acts_for(clock.actor(), proposal.written_by, represented=proposal.represented):
        raise Missing("proposal")
    return proposal


def _page(proposal: Proposal, form: Form, status: int) -> Answer:
    draft = proposal.revises is None
    phase = cycles.find_phase(proposal.cycle, PhaseKind.APPLICATIONS)
    until = (phase.ends_at if phase else None) if draft else service.rework_until(proposal.cycle)
    in_time = (
        cycles.phase_open(proposal.cycle, PhaseKind.APPLICATIONS, clock.now())
        if draft
        else until is None or clock.now() < until
    )
    return draft_page(
        "check",
        proposal,
        status,
        form=form,
        gaps=[
            (step_name(gap.step), phrase(gap.code, **gap.params), step_url(proposal, gap.step))
            for gap in service.gaps(proposal)
        ],
        until=until,
        in_time=in_time,
        draft=draft,
        unit_name=unit_name,
        field_name=field_name,
        likes=like(proposal) if draft else [],
    )
