"""One's own second factors and sessions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import segno
from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from pb_portal.accounts import login as gate
from pb_portal.accounts import queries as people
from pb_portal.accounts import service as accounts
from pb_portal.accounts.factors import passkeys, queries, service, tries
from pb_portal.accounts.factors.forms import AppCodeForm, NewPasskeyForm
from pb_portal.accounts.factors.views import factor_key, site, slowed
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.web import clock, limits
from pb_portal.web.forms import Form
from pb_portal.web.guard import find_way_back, requires

Answer = str | tuple[str, int] | Response
View = TypeVar("View", bound=Callable[..., Any])
ROOT = "/me/security"


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the room."""
    add = blueprint.add_url_rule
    add(ROOT, "security", security, methods=["GET"])
    add(f"{ROOT}/passkeys/options", "passkey_options", passkey_options, methods=["POST"])
    add(f"{ROOT}/passkeys", "add_passkey", add_passkey, methods=["POST"])
    one = f"{ROOT}/passkeys/<int:passkey_id>/remove"
    add(one, "remove_passkey", remove_passkey, methods=["POST"])
    add(f"{ROOT}/app", "code_app", code_app, methods=["GET", "POST"])
    add(f"{ROOT}/app/begin", "begin_code_app", begin_code_app, methods=["POST"])
    add(f"{ROOT}/app/remove", "remove_code_app", remove_code_app, methods=["POST"])
    add(f"{ROOT}/recovery-codes", "recovery_codes", recovery_codes, methods=["POST"])
    add(f"{ROOT}/sessions/end", "end_sessions", end_sessions, methods=["POST"])
    ending = f"{ROOT}/sessions/<int:session_id>/end"
    add(ending, "end_session", end_session, methods=["POST"])


def just_proved(view: View) -> View:
    """Factors are changed only by somebody who has just shown who they are."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_user.fresh(clock.now()):
            return view(*args, **kwargs)
        flash(_("Before you change this, show once more that it is you."), "info")
        known = queries.has_factors(session(), current_user.person_id)
        return redirect(url_for(".second" if known else ".login", next=find_way_back()))

    return guarded  # type: ignore[return-value]


@requires(P.RESIDENT)
def security() -> Answer:
    """What opens this account, and where it is open now."""
    return _page(NewPasskeyForm(formdata=None))


def _page(form: Form) -> str:
    person_id = current_user.person_id
    return render_template(
        "accounts/security.html",
        form=form,
        factors=queries.factors_of(session(), person_id),
        sessions=queries.sessions_of(session(), person_id),
        this_session=current_user.entry_id,
        keys_work=site().takes_passkeys,
        needed=current_user.must_enrol,
    )


def _refused(refusal: Refusal) -> Answer:
    form = NewPasskeyForm(formdata=None)
    form.show(refusal)
    return _page(form), 422


@limits.visits("writes", by_line=False)
@requires(P.RESIDENT)
@just_proved
def passkey_options() -> Response:
    """What the browser is to make: for the script of the page."""
    person_id = current_user.person_id
    known = queries.passkeys_of(session(), person_id)
    wanted, challenge = passkeys.creation_options(
        site(), person_id, current_user.email, current_user.name, known
    )
    with transaction() as work:
        gate.entry_of(work).challenge = challenge
    return jsonify(wanted)


@limits.visits("writes", by_line=False)
@requires(P.RESIDENT)
@just_proved
def add_passkey() -> Answer:
    """Keep the passkey the browser has made."""
    form = NewPasskeyForm()
    if not form.validate():
        return _page(form), 422
    try:
        with transaction() as work:
            entry = gate.entry_of(work)
            challenge, entry.challenge = entry.challenge, ""
            made = passkeys.read_made(site(), form.credential.data or "", challenge)
            service.add_passkey(work, clock.signature(), entry, made, name=form.name.data)
    except Refusal as refusal:
        form.show(refusal)
        return _page(form), 422
    flash(_("The passkey is added."), "success")
    return redirect(url_for(".security"))


@requires(P.RESIDENT)
@just_proved
def remove_passkey(passkey_id: int) -> Answer:
    """Take a passkey away."""
    try:
        with transaction() as work:
            person = people.get_person(work, current_user.person_id)
            service.remove_passkey(
                work, clock.signature(), person, passkey_id, needed=current_user.keeps_factor
            )
    except Refusal as refusal:
        return _refused(refusal)
    flash(_("The passkey is removed."), "success")
    return redirect(url_for(".security"))


@requires(P.RESIDENT)
@just_proved
def begin_code_app() -> Answer:
    """Make a fresh secret, shown on the next page."""
    try:
        with transaction() as work:
            service.begin_code_app(
                work, clock.signature(), current_user.person_id, key=factor_key()
            )
    except Refusal as refusal:
        return _refused(refusal)
    return redirect(url_for(".code_app"))


@limits.tries(methods=["POST"])
@requires(P.RESIDENT)
@just_proved
def code_app() -> Answer:
    """The picture for the app, and the first code of it."""
    app = queries.find_code_app(session(), current_user.person_id)
    if app is None or app.confirmed_at is not None:
        return redirect(url_for(".security"))
    form = AppCodeForm()
    if form.validate_on_submit():
        try:
            _confirm(form.code.data)
            flash(
                _("The code app is set up. Make recovery codes now, in case you lose it."),
                "success",
            )
            return redirect(url_for(".security"))
        except Refusal as refusal:
            form.show(refusal)
        app = queries.find_code_app(session(), current_user.person_id)
        assert app is not None
    address, secret = service.otpauth_address(
        app, key=factor_key(), site=site().name, email=current_user.email
    )
    picture = segno.make(address, micro=False, error="m").svg_inline(
        scale=5, border=2, svgclass="qr", lineclass=None, light="#fff"
    )
    page = render_template(
        "accounts/code_app.html",
        form=form,
        picture=Markup(picture),  # noqa: S704 - segno draws only squares
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
    )
    return page, 422 if form.is_submitted() else 200


def _confirm(code: str) -> None:
    at, name = clock.now(), slowed(current_user.person_id)
    with transaction() as work:
        tries.claim(work, name, at)
    with transaction() as work:
        entry = gate.entry_of(work)
        service.confirm_code_app(work, clock.signature(), entry, code, key=factor_key())
        tries.forgive(work, name)


@requires(P.RESIDENT)
@just_proved
def remove_code_app() -> Answer:
    """Take the code app away."""
    try:
        with transaction() as work:
            person = people.get_person(work, current_user.person_id)
            service.remove_code_app(
                work, clock.signature(), person, needed=current_user.keeps_factor
            )
    except Refusal as refusal:
        return _refused(refusal)
    flash(_("The code app is removed."), "success")
    return redirect(url_for(".security"))


@limits.visits("writes", by_line=False)
@requires(P.RESIDENT)
@just_proved
def recovery_codes() -> Answer:
    """Ten fresh codes, shown this once."""
    if not queries.has_factors(session(), current_user.person_id):
        return redirect(url_for(".security"))
    with transaction() as work:
        codes = service.make_recovery_codes(work, clock.signature(), current_user.person_id)
    return render_template("accounts/recovery_codes.html", codes=codes)


@requires(P.RESIDENT)
def end_sessions() -> Answer:
    """Sign out everywhere else."""
    with transaction() as work:
        accounts.close_others(work, clock.signature(), gate.entry_of(work))
    flash(_("You are logged out everywhere else."), "success")
    return redirect(url_for(".security"))


@requires(P.RESIDENT)
def end_session(session_id: int) -> Answer:
    """Sign out on one device."""
    with transaction() as work:
        accounts.close_one(work, clock.signature(), session_id)
    flash(_("That device is logged out."), "success")
    return redirect(url_for(".security" if session_id != current_user.entry_id else ".login"))
