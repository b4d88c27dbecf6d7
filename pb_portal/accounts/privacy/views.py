"""Pages of personal data: the public register, one's own data, correcting and deleting them."""

from __future__ import annotations

import json
from datetime import date, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from pb_portal.accounts import login as gate
from pb_portal.accounts import queries as accounts
from pb_portal.accounts.personal_words import WORDS
from pb_portal.accounts.privacy import consents, holdings, queries
from pb_portal.accounts.privacy import service as privacy
from pb_portal.accounts.privacy.forms import (
    REQUESTS,
    EmailForm,
    PasswordForm,
    PressForm,
    RequestForm,
)
from pb_portal.accounts.privacy.processing import PROCESSING
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.privacy import ANSWER_DAYS, CONSENTS
from pb_portal.domain.refusal import Refusal
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import public, requires

Answer = str | tuple[str, int] | AnyResponse


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the room."""
    add, both = blueprint.add_url_rule, ["GET", "POST"]
    add("/privacy", "privacy", register_of_processing)
    add("/privacy/consent/<purpose>/<version>", "consent_text", consent_text)
    add("/me/data", "my_data", my_data)
    add("/me/data.json", "my_data_file", my_data_file)
    add("/me/email", "new_email", new_email, methods=both)
    add("/me/email/<token>", "take_email", take_email, methods=both)
    add("/me/request", "ask_about_data", ask_about_data, methods=both)
    add("/me/delete", "delete_me", delete_me, methods=both)
    withdraw = "/me/consents/<purpose>/withdraw"
    add(withdraw, "withdraw_consent", withdraw_consent, methods=["POST"])


@public
def register_of_processing() -> str:
    """What data the portal keeps about people, and why."""
    return render_template("privacy/register.html", processing=PROCESSING, days=ANSWER_DAYS)


@public
def consent_text(purpose: str, version: str) -> str:
    """The text that people agreed to."""
    if purpose not in CONSENTS or version not in ("1", CONSENTS[purpose]):
        abort(404)
    return render_template("privacy/consent.html", purpose=purpose, version=version)


@requires(P.RESIDENT)
def my_data() -> str:
    """Everything the portal knows about the person who asks."""
    person = accounts.get_person(session(), current_user.person_id)
    return render_template(
        "privacy/mine.html",
        sections=holdings.about_person(session(), person),
        words=WORDS,
        tell=_tell,
        consents=queries.consents(session(), person.id),
        requests=queries.requests_of(session(), person.id),
        kinds=dict(REQUESTS),
        form=PressForm(formdata=None),
    )


def _tell(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, datetime):
        return i18n.date_time(value)
    if isinstance(value, date):
        return i18n.day(value)
    return "—" if value in (None, "") else str(value)


@requires(P.RESIDENT)
def my_data_file() -> Response:
    """The same for machines."""
    person = accounts.get_person(session(), current_user.person_id)
    made = {
        "account": person.id,
        "made_at": clock.now().isoformat(),
        "sections": holdings.as_json(holdings.about_person(session(), person)),
    }
    return Response(
        json.dumps(made, ensure_ascii=False, indent=2),
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


@limits.acts("letters", methods=["POST"])
@limits.tries(methods=["POST"])
@requires(P.RESIDENT)
def new_email() -> Answer:
    """Ask for a link to a new address."""
    form = EmailForm()
    if form.validate_on_submit():
        try:
            gate.demand_password(form.password.data, field="password")
            with transaction() as work:
                person = accounts.get_person(work, current_user.person_id)
                privacy.ask_new_email(
                    work, clock.signature(), person, form.email.data, limits.letter_caps()
                )
            return redirect(url_for(".check_letters"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("privacy/email.html", form=form), status


@limits.tries(methods=["POST"])
@requires(P.RESIDENT)
def take_email(token: str) -> Answer:
    """Take the new address; a button, since robots open links of letters."""
    found = queries.find_email_change(session(), token, clock.now())
    live = found is not None and found.person_id == current_user.person_id
    if request.method == "GET" or not live:
        page = render_template("privacy/take_email.html", live=live)
        return page, 200 if request.method == "GET" else 422
    try:
        with transaction() as work:
            person = accounts.get_person(work, current_user.person_id)
            privacy.change_email(work, clock.signature(), person, token)
    except Refusal:
        return render_template("privacy/take_email.html", live=False), 422
    flash(_("Your address is changed. Log in with the new one."), "success")
    return redirect(url_for(".login"))


@limits.visits("asks", methods=["POST"], by_line=False)
@requires(P.RESIDENT)
def ask_about_data() -> Answer:
    """Ask staff to correct, block or delete."""
    form = RequestForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                person = accounts.get_person(work, current_user.person_id)
                privacy.ask_about_data(
                    work,
                    clock.signature(),
                    person,
                    form.kind.data,
                    form.words.data or "",
                    clock.today(),
                )
            flash(_("Your request is here. The answer comes by letter."), "success")
            return redirect(url_for(".my_data"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("privacy/ask.html", form=form, days=ANSWER_DAYS), status


@limits.tries(methods=["POST"])
@requires(P.RESIDENT)
def delete_me() -> Answer:
    """Delete one's own account at once, proved by the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            gate.demand_password(form.password.data, field="password")
            with transaction() as work:
                person = accounts.get_person(work, current_user.person_id)
                privacy.delete_own(work, clock.signature(), person)
            gate.leave()
            flash(_("Your account is deleted."), "success")
            return redirect(url_for("pages.home"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("privacy/delete.html", form=form), status


@requires(P.RESIDENT)
def withdraw_consent(purpose: str) -> Answer:
    """Withdraw a consent; the one the account stands on ends with the account."""
    if purpose not in CONSENTS:
        abort(404)
    try:
        with transaction() as work:
            person = accounts.get_person(work, current_user.person_id)
            consents.withdraw_consent(work, clock.signature(), person, purpose)
    except Refusal:
        return redirect(url_for(".delete_me"))
    flash(_("Withdrawn. What it allowed is no longer kept."), "success")
    return redirect(url_for(".my_data"))
