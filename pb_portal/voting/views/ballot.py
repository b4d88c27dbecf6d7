"""Choosing, checking, sending, done."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import session, transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import fold
from pb_portal.proposals.models import Proposal
from pb_portal.voting import queries, service
from pb_portal.voting.forms import EmptyForm
from pb_portal.voting.models import VoterSession
from pb_portal.voting.sheet import sheet_of
from pb_portal.voting.views import blueprint, progress, visit
from pb_portal.voting.views.visit import RECEIPT, TOKEN, Answer
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.phrases import sentence

SUBMISSION = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Booth:
    """One voter at one ballot."""

    cycle: Cycle
    phase: Phase
    poll: service.Poll
    voter: VoterSession
    papers: list[Proposal]

    def chosen(self, ids: list[int]) -> list[Proposal]:
        """The proposals of these ids, in the ballot's order."""
        return [paper for paper in self.papers if paper.id in ids]


def _enter(slug: str) -> Booth | Answer:
    """The booth, or the page that says why there is none."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    voter = visit.find_voter(cycle)
    if voter is None:
        return visit.to_start(slug)
    if voter.finished:
        return redirect(url_for(".done", slug=slug))
    poll = visit.poll_of(cycle)
    name = poll.name(voter.voter_key)
    papers = queries.ballot_papers(session(), cycle.id, poll.rules, voter.area_id, name)
    return Booth(cycle, phase, poll, voter, papers)


@blueprint.get("/c/<slug>/vote/ballot")
@public
def ballot(slug: str) -> Answer:
    """The cards to choose from."""
    booth = _enter(slug)
    if not isinstance(booth, Booth):
        return booth
    progress.reached(booth.cycle.id, "opened")
    return _ballot_page(booth, service.last_choices(session(), booth.poll, booth.voter))


@blueprint.post("/c/<slug>/vote/ballot")
@public
def choose(slug: str) -> Answer:
    """Keep what is marked and go on to the check, or show the cards that were looked for."""
    booth = _enter(slug)
    if not isinstance(booth, Booth):
        return booth
    choices = request.form.getlist("choice", type=int)
    looking = request.form.get("go") == "filter"
    try:
        _keep(booth, choices)
        if not looking and len(choices) < booth.poll.rules.min_choices:
            raise Refusal("ballot.too_few", least=booth.poll.rules.min_choices)
    except Refusal as refusal:
        return _ballot_page(_enter_again(booth, slug), choices, refusal), 422
    if looking:
        words, category = request.form.get("q") or None, request.form.get("category") or None
        return redirect(url_for(".ballot", slug=slug, q=words, category=category))
    return redirect(url_for(".check", slug=slug))


@blueprint.post("/c/<slug>/vote/choices")
@public
def keep(slug: str) -> Answer:
    """Keep the marks as they are made; the page sends them after each."""
    booth = _enter(slug)
    if not isinstance(booth, Booth):
        return Response(status=409)
    try:
        _keep(booth, request.form.getlist("choice", type=int))
    except Refusal:
        return Response(status=422)
    return Response(status=204)


def _keep(booth: Booth, choices: list[int]) -> None:
    poll, voter_hash = booth.poll, booth.voter.token_hash
    with transaction() as work:
        voter = queries.find_voter(work, poll.cycle_id, voter_hash, clock.now())
        if voter is None or voter.finished:
            raise Refusal("voting.session_over")
        service.keep_choices(work, poll, voter, choices, clock.now())
    if choices:
        progress.reached(booth.cycle.id, "kept")


def _enter_again(booth: Booth, slug: str) -> Booth:
    """The booth after a transaction that was undone, which leaves loaded rows behind."""
    fresh = _enter(slug)
    return fresh if isinstance(fresh, Booth) else booth


def _ballot_page(booth: Booth, chosen: list[int], refusal: Refusal | None = None) -> str:
    words, category = fold(request.args.get("q", "")).split(), request.args.get("category", "")
    shown = {paper.id for paper in booth.papers if _wanted(paper, words, category)}
    voted = queries.find_participation(session(), booth.cycle.id, booth.voter.voter_key)
    categories = {p.category.code: p.category.names for p in booth.papers if p.category}
    return render_template(
        "voting/ballot.html",
        cycle=booth.cycle,
        phase=booth.phase,
        rules=booth.poll.rules,
        papers=booth.papers,
        shown=shown,
        sheet=sheet_of(booth.cycle, booth.poll.rules, chosen),
        voted=voted is not None,
        words=request.args.get("q", ""),
        category=category,
        categories=sorted(categories.items()),
        form=EmptyForm(formdata=None),
        problem=sentence(refusal) if refusal else "",
    )


def _wanted(paper: Proposal, words: list[str], category: str) -> bool:
    text = fold(f"{paper.title} {paper.address} {paper.problem} {paper.solution}")
    fits = not category or (paper.category is not None and paper.category.code == category)
    return fits and all(word in text for word in words)


@blueprint.get("/c/<slug>/vote/check")
@public
def check(slug: str) -> Answer:
    """The choice in plain words, and the one button."""
    booth = _enter(slug)
    if not isinstance(booth, Booth):
        return booth
    chosen = booth.chosen(service.last_choices(session(), booth.poll, booth.voter))
    if len(chosen) < booth.poll.rules.min_choices:
        return redirect(url_for(".ballot", slug=slug))
    progress.reached(booth.cycle.id, "checked")
    return render_template(
        "voting/check.html",
        cycle=booth.cycle,
        phase=booth.phase,
        rules=booth.poll.rules,
        chosen=chosen,
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
    choices = tuple(request.form.getlist("choice", type=int))
    poll, zone = visit.poll_at(slug), clock.city_zone()
    try:
        with transaction() as work:
            sending = service.Sending(token, choices, submission)
            receipt = service.cast(work, poll, sending, zone=zone)
    except Refusal as refusal:
        return _not_sent(slug, refusal, list(choices))
    cookie[RECEIPT] = receipt
    progress.reached(poll.cycle_id, "sent")
    return redirect(url_for(".done", slug=slug))


def _not_sent(slug: str, refusal: Refusal, choices: list[int]) -> Answer:
    cycle, phase = visit.get_vote(slug)
    if refusal.code == "voting.closed":
        return visit.closed_page(cycle, phase, late=True) or visit.to_start(slug)
    if refusal.code == "voting.session_over":
        return visit.to_start(slug)
    if refusal.code.startswith("voting."):
        return visit.refused_page(cycle, refusal)
    booth = _enter(slug)
    return (_ballot_page(booth, choices, refusal), 422) if isinstance(booth, Booth) else booth


@blueprint.get("/c/<slug>/vote/done")
@public
def done(slug: str) -> Answer:
    """The vote is accepted: the receipt, and what comes next."""
    cycle, phase = visit.get_vote(slug)
    receipt = cookie.get(RECEIPT, "")
    if not receipt:
        return visit.to_start(slug)
    return render_template(
        "voting/done.html",
        cycle=cycle,
        phase=phase,
        rules=visit.poll_of(cycle).rules,
        receipt=receipt,
        form=EmptyForm(formdata=None),
        open=visit.closed_page(cycle, phase) is None,
    )
