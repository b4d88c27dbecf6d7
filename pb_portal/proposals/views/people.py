"""Writing together: the people of a proposal, an invitation, a wish to join."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, owns, writes
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import queries, service
from pb_portal.proposals.forms import InviteForm, JoinForm
from pb_portal.proposals.models import Coauthor, Proposal
from pb_portal.proposals.service import coauthors
from pb_portal.proposals.views.base import Answer, blueprint, public_url, step_url
from pb_portal.web import clock, limits
from pb_portal.web.forms import Form
from pb_portal.web.guard import public, requires
from pb_portal.web.phrases import sentence


@blueprint.route("/my/proposals/<int:proposal_id>/people", methods=["GET", "POST"])
@limits.visits("asks", methods=["POST"], by_line=False)
@requires(P.RESIDENT)
def people(proposal_id: int) -> Answer:
    """Who writes it; the author invites, answers and removes, a co-author leaves."""
    form = InviteForm()
    if request.method == "GET":
        return _people(_written(session(), proposal_id), form)
    try:
        with transaction() as work:
            told = _act(work, _written(work, proposal_id, lock=True), form)
    except Refusal as refusal:
        form.show(refusal)
        return _people(_written(session(), proposal_id), form), 422
    flash(told, "success")
    left = request.form.get("do") == "leave"
    return redirect(url_for(".mine") if left else url_for(".people", proposal_id=proposal_id))


def _act(work: Session, proposal: Proposal, form: InviteForm) -> str:
    """Do what the button says and tell what was done."""
    wanted, _dash, number = request.form.get("do", "").partition("-")
    by, one = clock.signature(), int(number) if number.isdecimal() and len(number) < 10 else 0
    if wanted == "invite":
        coauthors.invite(work, by, proposal, form.email.data or "", limits.letter_caps())
        return str(_("The invitation is on its way. The link in it works for two weeks."))
    if wanted in ("agree", "refuse"):
        coauthors.answer_request(work, by, proposal, one, agree=wanted == "agree")
        return str(_("Your answer is sent by letter."))
    if wanted == "remove":
        coauthors.remove(work, by, proposal, one)
        return str(_("Removed from the list."))
    if wanted in ("offer", "take_over", "not_over"):
        return _hand_over(work, proposal, wanted, one)
    if wanted == "leave":
        coauthors.leave(work, by, proposal)
        return str(_("You no longer write this proposal."))
    coauthors.show_name(work, by, proposal, on=wanted == "name")
    return str(_("Saved"))


def _hand_over(work: Session, proposal: Proposal, wanted: str, coauthor_id: int) -> str:
    """The author asks a co-author to take over, or the co-author answers."""
    by = clock.signature()
    if wanted == "offer":
        service.offer_lead(work, by, proposal, coauthor_id)
        return str(_("Asked. Until the answer you are the author."))
    service.answer_offer(work, by, proposal, agree=wanted == "take_over")
    return str(_("Your answer is sent by letter."))


def _written(work: Session, proposal_id: int, *, lock: bool = False) -> Proposal:
    proposal = queries.people.get_with_people(work, proposal_id, lock=lock)
    if not writes(clock.actor(), proposal.written_by):
        raise Missing("proposal")
    return proposal


def _people(proposal: Proposal, form: InviteForm) -> str:
    live = [one for one in proposal.coauthors if one.state in ("waiting", "agreed")]
    return render_template(
        "proposals/people.html",
        proposal=proposal,
        form=form,
        author=owns(clock.actor(), proposal.author_id),
        mine=_own_row(proposal),
        agreed=[one for one in live if one.state == "agreed"],
        invited=[one for one in live if one.state == "waiting" and one.kind == "invitation"],
        asking=[one for one in live if one.state == "waiting" and one.kind == "request"],
        room=coauthors.MOST_COAUTHORS - sum(one.kind != "request" for one in live),
        most=coauthors.MOST_COAUTHORS,
        closed=proposal.status in coauthors.CLOSED,
        back=step_url(proposal, "check") if proposal.number is None else public_url(proposal),
    )


def _own_row(proposal: Proposal) -> Coauthor | None:
    me = clock.actor()
    agreed = (one for one in proposal.coauthors if one.state == "agreed")
    return next((one for one in agreed if owns(me, one.person_id)), None)


@blueprint.get("/invitations/<token>")
@limits.tries()
@public
def invitation(token: str) -> str:
    """What one is invited to; yes or no."""
    asked = queries.people.find_invitation(
        session(), token, clock.now() - coauthors.INVITATION_LASTS
    )
    return render_template(
        "proposals/invitation.html",
        asked=asked,
        token=token,
        form=Form(),
        confirmed=clock.actor().confirmed,
        writes=asked is not None and writes(clock.actor(), asked.proposal.written_by),
    )


@blueprint.post("/invitations/<token>/accept")
@limits.tries()
@requires(P.PROPOSE)
def accept(token: str) -> Response:
    """Agree to write together."""
    try:
        with transaction() as work:
            named = request.form.get("named") == "1"
            proposal = coauthors.accept(work, clock.signature(), token, named=named)
    except Refusal as refusal:
        flash(sentence(refusal), "info")
        return redirect(url_for(".mine"))
    flash(_("You write this proposal together now. Letters about it come to you too."), "success")
    return redirect(url_for(".people", proposal_id=proposal.id))


@blueprint.post("/invitations/<token>/decline")
@limits.tries()
@public
def decline(token: str) -> Response:
    """Say no; no account is needed for it."""
    with transaction() as work:
        coauthors.decline(work, clock.signature(), token)
    flash(_("You said no. The author has been told."), "success")
    home = ".mine" if current_user.is_authenticated else "pages.home"
    return redirect(url_for(home))


@blueprint.route("/c/<slug>/proposals/<int:number>/join", methods=["GET", "POST"])
@limits.visits("asks", methods=["POST"], by_line=False)
@requires(P.PROPOSE)
def join(slug: str, number: int) -> Answer:
    """Ask the author to write the proposal together."""
    form = JoinForm()
    proposal = queries.get_proposal(session(), cycles.get_cycle(session(), slug).id, number)
    if writes(clock.actor(), proposal.written_by):
        return redirect(url_for(".people", proposal_id=proposal.id))
    if request.method == "GET":
        return render_template("proposals/join.html", proposal=proposal, form=form)
    try:
        with transaction() as work:
            proposal = queries.people.get_with_people(work, proposal.id, lock=True)
            words = form.words.data or ""
            coauthors.ask_to_join(work, clock.signature(), proposal, words, limits.letter_caps())
    except Refusal as refusal:
        form.show(refusal)
        return render_template("proposals/join.html", proposal=proposal, form=form), 422
    flash(_("The author gets a letter and answers you by letter too."), "success")
    return redirect(public_url(proposal))
