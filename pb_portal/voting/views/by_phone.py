"""Proving who votes by a code to the phone: one page of data, one page for the code."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import transaction
from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.register import service as register
from pb_portal.register.identity.phone import Typed
from pb_portal.voting.forms import CodeForm, EmptyForm, IdentityForm
from pb_portal.voting.views import blueprint, progress, visit, ways
from pb_portal.voting.views.visit import PHONE, QUESTION, Answer
from pb_portal.web import limits
from pb_portal.web.guard import public


@blueprint.route("/c/<slug>/vote/phone", methods=["GET", "POST"])
@limits.visits("identity", methods=["POST"])
@public
def phone(slug: str) -> Answer:
    """Who votes, and to which phone the code goes."""
    door = ways.door(slug, identity.PHONE)
    return data_page(door.cycle, door.phase) if isinstance(door, ways.Door) else door


def data_page(cycle: Cycle, phase: Phase) -> Answer:
    """The form of data, and what follows it."""
    form = IdentityForm()
    if form.validate_on_submit():
        _ask(cycle, form)
        progress.reached(cycle.id, "asked")
        return redirect(url_for(".code", slug=cycle.slug))
    progress.reached(cycle.id, "start")
    page = render_template(
        "voting/phone.html",
        cycle=cycle,
        phase=phase,
        rules=visit.poll_of(cycle).rules,
        form=form,
        back=ways.back_from(cycle) if request.endpoint == "voting.phone" else None,
        others=ways.others(cycle, identity.PHONE),
        over="over" in request.args,
        samples=visit.sample_voters(cycle.slug),
    )
    return page, 422 if form.is_submitted() else 200


def _ask(cycle: Cycle, form: IdentityForm) -> None:
    claim = register.Claim(form.iin.data, form.born, form.number)
    with ways.paced():
        with transaction() as work:
            question = register.ask_code(work, ways.by(), ways.desk(cycle), claim)
        _remember(question, claim.phone)


def _remember(question: str, phone: str) -> None:
    ways.forget()
    cookie[QUESTION] = question
    cookie[PHONE] = identity.sealed(visit.settings().secret_key, question, phone)


@blueprint.route("/c/<slug>/vote/code", methods=["GET", "POST"])
@limits.tries("identity", methods=["POST"], free_when=ways.holds_question)
@public
def code(slug: str) -> Answer:
    """The code from the message opens the ballot."""
    door = ways.door(slug, identity.PHONE)
    if not isinstance(door, ways.Door):
        return door
    cycle = door.cycle
    if not cookie.get(QUESTION):
        return visit.to_start(slug)
    form = CodeForm()
    if form.validate_on_submit():
        refusal = ways.prove(cycle, identity.PHONE, Typed(cookie[QUESTION], form.code.data))
        if refusal is None:
            return ways.to_ballot(slug)
        if refusal.field is None:
            ways.forget()
            return visit.refused_page(cycle, refusal)
        form.show(refusal)
    page = render_template(
        "voting/code.html", cycle=cycle, form=form, again=EmptyForm(formdata=None)
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/c/<slug>/vote/code/again")
@limits.visits("identity")
@public
def again(slug: str) -> Answer:
    """Send a new code to the same phone."""
    door = ways.door(slug, identity.PHONE)
    if not isinstance(door, ways.Door):
        return door
    question = cookie.get(QUESTION, "")
    number = identity.unsealed(visit.settings().secret_key, question, cookie.get(PHONE, ""))
    if not question or number is None:
        return visit.to_start(slug)
    with ways.paced():
        sent = _ask_again(door.cycle, question, number)
    if not sent:
        ways.forget()
        flash(_("The code is too old. Enter your data once more."), "info")
        return visit.to_start(slug)
    flash(_("If the data fit, a new code is on its way. The former one no longer works."), "info")
    return redirect(url_for(".code", slug=slug))


def _ask_again(cycle: Cycle, question: str, number: str) -> bool:
    try:
        with transaction() as work:
            fresh = register.ask_again(work, ways.by(), ways.desk(cycle), question, number)
    except Refusal:
        return False
    _remember(fresh, number)
    return True
