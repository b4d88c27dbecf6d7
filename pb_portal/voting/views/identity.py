"""Proving who votes: one page of data, one page for the code."""

from __future__ import annotations

import time

from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle
from pb_portal.db import transaction
from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.register import service as register
from pb_portal.voting import service
from pb_portal.voting.forms import CodeForm, EmptyForm, IdentityForm
from pb_portal.voting.views import blueprint, progress, visit
from pb_portal.voting.views.visit import PHONE, QUESTION, RECEIPT, TOKEN, Answer
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import public

IDENTITY_LIMIT = "20 per minute; 300 per hour"
PACE = 0.25
"""Seconds an answer about a person takes, whoever it is about."""


@blueprint.route("/c/<slug>/vote", methods=["GET", "POST"])
@limits.limiter.limit(IDENTITY_LIMIT, methods=["POST"])
@public
def start(slug: str) -> Answer:
    """What is needed, and the form that begins."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    form = IdentityForm()
    if form.validate_on_submit():
        _ask(cycle, form)
        progress.reached(cycle.id, "asked")
        return redirect(url_for(".code", slug=slug))
    progress.reached(cycle.id, "start")
    page = render_template(
        "voting/start.html",
        cycle=cycle,
        phase=phase,
        rules=visit.poll_of(cycle).rules,
        form=form,
        over="over" in request.args,
        samples=visit.sample_voters(slug),
    )
    return page, 422 if form.is_submitted() else 200


def _ask(cycle: Cycle, form: IdentityForm) -> None:
    started = time.monotonic()
    claim = register.Claim(form.iin.data, form.born, form.number)
    with transaction() as work:
        question = register.ask_code(work, _by(), _desk(cycle), claim)
    _remember(question, claim.phone)
    _keep_pace(started)


def _keep_pace(started: float) -> None:
    wait = float(current_app.config.get("IDENTITY_PACE", PACE)) - (time.monotonic() - started)
    time.sleep(max(0.0, wait))


def _remember(question: str, phone: str) -> None:
    for name in (TOKEN, RECEIPT):
        cookie.pop(name, None)
    cookie[QUESTION] = question
    cookie[PHONE] = identity.sealed(visit.settings().secret_key, question, phone)


def _by() -> Signature:
    """A voter acts under no account, even one who is signed in."""
    return Signature(ANYONE, clock.now())


def _desk(cycle: Cycle) -> register.Desk:
    key, address = visit.settings().register_key, request.remote_addr or ""
    return register.Desk(cycle.id, key, address, i18n.language())


@blueprint.route("/c/<slug>/vote/code", methods=["GET", "POST"])
@limits.limiter.limit(IDENTITY_LIMIT, methods=["POST"])
@public
def code(slug: str) -> Answer:
    """The code from the message opens the ballot."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    if not cookie.get(QUESTION):
        return visit.to_start(slug)
    form = CodeForm()
    if form.validate_on_submit():
        token, refusal = _prove(cycle, form.code.data)
        if token:
            _forget_question()
            cookie[TOKEN] = token
            progress.reached(cycle.id, "proved", "phone")
            return redirect(url_for(".ballot", slug=slug))
        assert refusal is not None
        if refusal.field is None:
            _forget_question()
            return visit.refused_page(cycle, refusal)
        form.show(refusal)
    page = render_template(
        "voting/code.html", cycle=cycle, form=form, again=EmptyForm(formdata=None)
    )
    return page, 422 if form.is_submitted() else 200


def _prove(cycle: Cycle, typed: str) -> tuple[str, Refusal | None]:
    """A token, or why not. Attempts must be kept, so the transaction commits either way."""
    poll = visit.poll_of(cycle)
    with transaction() as work:
        try:
            proved = register.prove(work, _by(), _desk(cycle), cookie[QUESTION], typed, poll.rules)
            return service.open_voter(work, poll, proved, clock.now()), None
        except Refusal as refusal:
            return "", refusal


def _forget_question() -> None:
    for name in (QUESTION, PHONE):
        cookie.pop(name, None)


@blueprint.post("/c/<slug>/vote/code/again")
@limits.limiter.limit(IDENTITY_LIMIT)
@public
def again(slug: str) -> Answer:
    """Send a new code to the same phone."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    question = cookie.get(QUESTION, "")
    phone = identity.unsealed(visit.settings().secret_key, question, cookie.get(PHONE, ""))
    if not question or phone is None:
        return visit.to_start(slug)
    started = time.monotonic()
    try:
        with transaction() as work:
            fresh = register.ask_again(work, _by(), _desk(cycle), question, phone)
    except Refusal:
        _forget_question()
        flash(_("The code is too old. Enter your data once more."), "info")
        return visit.to_start(slug)
    _remember(fresh, phone)
    _keep_pace(started)
    flash(_("If the data fit, a new code is on its way. The former one no longer works."), "info")
    return redirect(url_for(".code", slug=slug))


@blueprint.get("/c/<slug>/vote/help")
@public
def help_desk(slug: str) -> Answer:
    """What to bring, and where, when the register does not know a person."""
    cycle, phase = visit.get_vote(slug)
    return render_template("voting/help.html", cycle=cycle, phase=phase)


@blueprint.post("/c/<slug>/vote/leave")
@public
def leave(slug: str) -> Response:
    """Finish the visit: nothing about it stays in this browser or on the server."""
    token = cookie.get(TOKEN, "")
    if token:
        with transaction() as work:
            service.close_voter(work, token)
    for name in (TOKEN, QUESTION, PHONE, RECEIPT, progress.SEEN):
        cookie.pop(name, None)
    return redirect(url_for("cycles.show", slug=slug))
