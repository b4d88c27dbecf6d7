"""The second step of signing in, and showing the second factor again before a weighty act."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.accounts import login as gate
from pb_portal.accounts import service as accounts
from pb_portal.accounts.factors import passkeys, queries, service, tries
from pb_portal.accounts.factors.forms import CodeForm, PasskeyForm
from pb_portal.accounts.models import LoginSession
from pb_portal.accounts.service import Entry
from pb_portal.db import session, transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.web import clock, device, limits
from pb_portal.web.guard import public
from pb_portal.web.page import safe_next

Answer = str | tuple[str, int] | Response


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the room."""
    add = blueprint.add_url_rule
    add("/login/second", "second", second, methods=["GET", "POST"])
    add("/login/second/options", "second_options", options, methods=["POST"])


def site() -> passkeys.Site:
    """The portal as browsers know it: by its public address, else by the one just asked for."""
    settings = current_app.config["SETTINGS"]
    origin = settings.base_url if settings.public_url else request.host_url.rstrip("/")
    return passkeys.Site(origin, settings.site_name)


def factor_key() -> str:
    """What seals the secrets of code apps."""
    return str(current_app.config["SETTINGS"].factor_key)


def slowed(person_id: int) -> str:
    """Counter of wrong codes: one for each known browser, one for all others together."""
    secret = str(current_app.config["SECRET_KEY"])
    return tries.name_of(secret, "factor", str(person_id), device.known_to(person_id))


def _entry() -> LoginSession | None:
    """The session that must show a factor: half of one, or one that is open already."""
    half = gate.half_entry(session())
    if half is not None:
        return half
    return gate.entry_of(session()) if current_user.is_authenticated else None


@limits.tries(methods=["POST"])
@public
def second() -> Answer:
    """Show the second factor: a passkey or a code."""
    entry = _entry()
    onward = request.values.get("next", "")
    if entry is None:
        return redirect(url_for("accounts.login", next=onward) if onward else url_for(".login"))
    found = queries.factors_of(session(), entry.person_id)
    if not found:
        return redirect(url_for(".security"))
    passkey, code = PasskeyForm(), CodeForm()
    status, slow = 200, False
    if request.method == "POST":
        form = passkey if "credential" in request.form else code
        if form.validate():
            try:
                _prove(entry, form)
                return redirect(_home(onward))
            except Refusal as refusal:
                form.show(refusal)
                slow = refusal.code == "account.slow_down"
        status = 429 if slow else 422
    page = render_template(
        "accounts/second.html",
        code_form=code,
        key_form=passkey,
        factors=found,
        keys_work=bool(found.passkeys) and site().takes_passkeys,
        again=entry.stage == "open",
        onward=onward,
    )
    return page, status


def _home(onward: str) -> str:
    return safe_next(onward) if onward else url_for("desk.home" if current_user.is_staff else ".me")


def _prove(entry: LoginSession, form: PasskeyForm | CodeForm) -> None:
    """Check what was shown; the try is counted before it is looked at, and kept when it fails."""
    at, entry_id, person_id = clock.now(), entry.id, entry.person_id
    name = slowed(person_id)
    with transaction() as work:
        tries.claim(work, name, at)
    try:
        with transaction() as work:
            row = work.get_one(LoginSession, entry_id)
            if isinstance(form, PasskeyForm):
                how = service.prove_passkey(work, row, site(), form.credential.data, at)
            else:
                how = service.prove_code(work, person_id, form.code.data, at, key=factor_key())
            tries.forgive(work, name)
            token = accounts.complete(work, row, how=how, at=at)
    except Refusal:
        with transaction() as work:
            row = work.get_one(LoginSession, entry_id)
            row.challenge = ""
            accounts.note_wrong_factor(work, row, at)
        raise
    gate.admit(Entry(token, half=False))


@limits.visits("writes")
@public
def options() -> Response | tuple[Response, int]:
    """What the browser's passkey is to sign: for the script of the page."""
    entry = _entry()
    known = queries.passkeys_of(session(), entry.person_id) if entry else []
    if entry is None or not known:
        return jsonify(error="no passkey"), 404
    wanted, challenge = passkeys.request_options(site(), known)
    entry_id = entry.id
    with transaction() as work:
        work.get_one(LoginSession, entry_id).challenge = challenge
    return jsonify(wanted)
