"""Choosing, checking, sending, done."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.ballots import OWN_AND_ONE, RANKING
from pb_portal.domain.refusal import Refusal
from pb_portal.voting import looking, queries, service
from pb_portal.voting.forms import EmptyForm
from pb_portal.voting.marks import Marks, Typed, moved, read, typed_in
from pb_portal.voting.views import blueprint, clues, empty_ballots, progress, visit
from pb_portal.voting.views.booth import Booth, enter, onward_to
from pb_portal.voting.views.visit import RECEIPT, TOKEN, Answer
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.phrases import sentence

SUBMISSION = re.compile(r"[0-9a-f]{32}")


@blueprint.get("/c/<slug>/vote/ballot")
@public
def ballot(slug: str) -> Answer:
    """The cards to choose from."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return booth
    if booth.voter.area_id in empty_ballots.areas_of(booth.cycle):
        return visit.refused_page(booth.cycle, Refusal("identity.no_ballot"))
    progress.reached(booth.cycle.id, "opened")
    return _ballot_page(booth)


@blueprint.post("/c/<slug>/vote/ballot")
@public
def choose(slug: str) -> Answer:
    """Keep what is marked and go on to the check, or show the cards that were looked for."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return booth
    typed = typed_in(booth.kind, request.form.items(multi=True))
    go = request.form.get("go", "")
    try:
        _keep(booth, _meant(booth, typed, go), whole=not go)
    except Refusal as refusal:
        return _ballot_page(_enter_again(booth, slug), typed, refusal), 422
    return redirect(onward_to(slug) or url_for(".check", slug=slug))


def _meant(booth: Booth, typed: Typed, go: str) -> Marks:
    """The marks to keep: one moved a place, or those that stay when another area is picked."""
    marks = read(booth.kind, typed, booth.marks.other)
    if booth.kind == RANKING and go.startswith(("up-", "down-")):
        return replace(marks, choices=moved(marks.choices, go))
    if booth.poll.rules.scope != OWN_AND_ONE or go != "other":
        return marks
    known = {part.area_id for part in booth.cycle.areas} - {booth.voter.area_id}
    picked = request.form.get("other", type=int)
    other = picked if picked in known else None
    stay = {paper.id for paper in booth.papers if paper.area_id in (booth.voter.area_id, other)}
    if not stay.issuperset(marks.choices):
        flash(_("You picked another district. Your marks in the former one are gone."), "info")
    return marks.only(stay, other)


@blueprint.post("/c/<slug>/vote/choices")
@public
def keep(slug: str) -> Answer:
    """Keep the marks as they are made; the page sends them after each."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return Response(status=409)
    try:
        typed = typed_in(booth.kind, request.form.items(multi=True))
        _keep(booth, read(booth.kind, typed, booth.marks.other))
    except Refusal:
        return Response(status=422)
    return Response(status=204)


def _keep(booth: Booth, marks: Marks, *, whole: bool = False) -> None:
    """Keep the marks; with `whole` refuse those that cannot be sent yet."""
    poll, voter_hash = booth.poll, booth.voter.token_hash
    with transaction() as work:
        voter = queries.find_voter(work, poll.cycle_id, voter_hash, clock.now(), poll.roll)
        if voter is None or voter.finished:
            raise Refusal("voting.session_over")
        service.keep_choices(work, poll, voter, marks, clock.now())
    if whole:
        service.demand_whole(session(), poll, booth.voter.area_id, marks)
    if marks.choices:
        progress.reached(booth.cycle.id, "kept")


def _enter_again(booth: Booth, slug: str) -> Booth:
    """The booth after a transaction that was undone, which leaves loaded rows behind."""
    fresh = enter(slug)
    return fresh if isinstance(fresh, Booth) else booth


def _ballot_page(booth: Booth, typed: Typed | None = None, refusal: Refusal | None = None) -> str:
    sheet = booth.sheet(typed)
    found = looking.shown(booth.papers, looking.look_of(request.args), sheet.marks)
    voted = queries.find_participation(session(), booth.cycle.id, booth.voter.voter_key)
    return render_template(
        "voting/ballot.html",
        cycle=booth.cycle,
        phase=booth.phase,
        rules=booth.poll.rules,
        found=found,
        look=found.look,
        few=looking.FEW,
        sheet=sheet,
        areas={part.area_id: part for part in booth.cycle.areas},
        own=booth.voter.area_id,
        other=booth.marks.other,
        voted=voted is not None,
        form=EmptyForm(formdata=None),
        problem=sentence(refusal) if refusal else "",
        **looking.choices_of(booth.papers),
        points=looking.points_of(found.fitting, sheet.marks) if found.look.view == "map" else [],
    )


@blueprint.get("/c/<slug>/vote/check")
@public
def check(slug: str) -> Answer:
    """The choice in plain words, and the one button."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return booth
    try:
        service.demand_whole(session(), booth.poll, booth.voter.area_id, booth.marks)
    except Refusal:
        return redirect(url_for(".ballot", slug=slug))
    progress.reached(booth.cycle.id, "checked")
    return render_template(
        "voting/check.html",
        cycle=booth.cycle,
        phase=booth.phase,
        rules=booth.poll.rules,
        chosen=booth.chosen,
        sheet=booth.sheet(),
        areas={part.area_id: part for part in booth.cycle.areas},
        submission=secrets.token_hex(16),
        form=EmptyForm(formdata=None),
    )


@blueprint.post("/c/<slug>/vote/check")
@public
def send(slug: str) -> Answer:
    """Cast the ballot."""
    submission = request.form.get("submission", "")
    token = cookie.get(TOKEN, "")
    if not token or not SUBMISSION.fullmatch(submission):
        return visit.to_start(slug)
    typed: Typed = ()
    try:
        with transaction() as work:
            poll = visit.poll_at(work, slug)
            typed = typed_in(poll.rules.ballot_type, request.form.items(multi=True))
            marks = read(poll.rules.ballot_type, typed)
            seen = clues.gather()
            sending = service.Sending(token, marks.choices, submission, marks.points, seen)
            receipt = service.cast(work, poll, sending, zone=clock.city_zone())
    except Refusal as refusal:
        return _not_sent(slug, refusal, typed)
    cookie[RECEIPT] = receipt
    progress.reached(poll.cycle_id, "sent")
    return redirect(url_for(".done", slug=slug))


def _not_sent(slug: str, refusal: Refusal, typed: Typed) -> Answer:
    cycle, phase = visit.get_vote(slug)
    if refusal.code == "voting.closed":
        return visit.closed_page(cycle, phase, late=True) or visit.to_start(slug)
    if refusal.code == "voting.session_over":
        return visit.to_start(slug)
    if refusal.code.startswith("voting."):
        return visit.refused_page(cycle, refusal)
    booth = enter(slug)
    return (_ballot_page(booth, typed, refusal), 422) if isinstance(booth, Booth) else booth
