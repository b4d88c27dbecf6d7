"""Choosing, checking, sending, done."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle, CycleArea, Phase
from pb_portal.db import session, transaction
from pb_portal.domain.ballots import OWN_AND_ONE, RANKING
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import fold
from pb_portal.proposals.models import Proposal
from pb_portal.voting import queries, service
from pb_portal.voting.forms import EmptyForm
from pb_portal.voting.marks import Marks, Typed, moved, read, typed_in
from pb_portal.voting.models import VoterSession
from pb_portal.voting.sheet import Sheet, sheet_of
from pb_portal.voting.views import blueprint, clues, progress, visit
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
    marks: Marks
    areas: list[CycleArea]
    papers: list[Proposal]

    @property
    def kind(self) -> str:
        """How the ballot is marked."""
        return self.poll.rules.ballot_type

    @property
    def chosen(self) -> list[Proposal]:
        """The marked proposals: of a ranking in the voter's order, else in the ballot's."""
        marked = self.marks.choices
        found = [paper for paper in self.papers if paper.id in marked]
        return sorted(found, key=lambda p: marked.index(p.id)) if self.kind == RANKING else found

    def sheet(self, typed: Typed | None = None) -> Sheet:
        """The ballot as it is marked, or as it was typed."""
        shown = self.marks.typed(self.kind) if typed is None else typed
        return sheet_of(self.cycle, self.poll.rules, self.areas, self.papers, shown)


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
    marks = service.last_marks(session(), poll, voter)
    areas = queries.ballot_areas(poll.rules, cycle.areas, voter.area_id, marks.other)
    papers = queries.ballot_papers(session(), cycle.id, areas, poll.name(voter.voter_key))
    return Booth(cycle, phase, poll, voter, marks, areas, papers)


@blueprint.get("/c/<slug>/vote/ballot")
@public
def ballot(slug: str) -> Answer:
    """The cards to choose from."""
    booth = _enter(slug)
    if not isinstance(booth, Booth):
        return booth
    progress.reached(booth.cycle.id, "opened")
    return _ballot_page(booth)


@blueprint.post("/c/<slug>/vote/ballot")
@public
def choose(slug: str) -> Answer:
    """Keep what is marked and go on to the check, or show the cards that were looked for."""
    booth = _enter(slug)
    if not isinstance(booth, Booth):
        return booth
    typed = typed_in(booth.kind, request.form.items(multi=True))
    go = request.form.get("go", "")
    try:
        _keep(booth, _meant(booth, typed, go), whole=not go)
    except Refusal as refusal:
        return _ballot_page(_enter_again(booth, slug), typed, refusal), 422
    if go in ("filter", "other"):
        words, category = request.form.get("q") or None, request.form.get("category") or None
        return redirect(url_for(".ballot", slug=slug, q=words, category=category))
    return redirect(url_for(".check", slug=slug))


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
    booth = _enter(slug)
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
        voter = queries.find_voter(work, poll.cycle_id, voter_hash, clock.now())
        if voter is None or voter.finished:
            raise Refusal("voting.session_over")
        service.keep_choices(work, poll, voter, marks, clock.now())
    if whole:
        service.demand_whole(session(), poll, booth.voter.area_id, marks)
    if marks.choices:
        progress.reached(booth.cycle.id, "kept")


def _enter_again(booth: Booth, slug: str) -> Booth:
    """The booth after a transaction that was undone, which leaves loaded rows behind."""
    fresh = _enter(slug)
    return fresh if isinstance(fresh, Booth) else booth


def _ballot_page(booth: Booth, typed: Typed | None = None, refusal: Refusal | None = None) -> str:
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
        sheet=booth.sheet(typed),
        areas={part.area_id: part for part in booth.cycle.areas},
        own=booth.voter.area_id,
        other=booth.marks.other,
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
    poll, zone = visit.poll_at(slug), clock.city_zone()
    kind = poll.rules.ballot_type
    typed = typed_in(kind, request.form.items(multi=True))
    try:
        marks = read(kind, typed)
        with transaction() as work:
            seen = clues.gather()
            sending = service.Sending(token, marks.choices, submission, marks.points, seen)
            receipt = service.cast(work, poll, sending, zone=zone)
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
    booth = _enter(slug)
    return (_ballot_page(booth, typed, refusal), 422) if isinstance(booth, Booth) else booth


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
