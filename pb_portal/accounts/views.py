"""Pages of accounts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.accounts import login as gate
from pb_portal.accounts import queries, service
from pb_portal.accounts.forms import (
    ForgotForm,
    LoginForm,
    NewPasswordForm,
    ProfileForm,
    RegisterForm,
)
from pb_portal.accounts.models import Person
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import public, requires
from pb_portal.web.page import safe_next

blueprint = Blueprint("accounts", __name__)
Answer = str | tuple[str, int] | Response


@blueprint.route("/register", methods=["GET", "POST"])
@limits.limiter.limit(limits.REGISTRATION, methods=["POST"])
@public
def register() -> Answer:
    """Make an account."""
    form = RegisterForm()
    if not form.is_submitted():
        return render_template("accounts/register.html", form=form)
    if form.validate():
        try:
            with transaction() as work:
                service.register(
                    work,
                    email=form.email.data,
                    name=form.name.data,
                    password=form.password.data,
                    locale=i18n.language(),
                    at=clock.now(),
                )
            return redirect(url_for(".check_letters"))
        except Refusal as refusal:
            form.show(refusal)
    return render_template("accounts/register.html", form=form), 422


@blueprint.get("/register/check")
@public
def check_letters() -> str:
    """Tell the person to open the letter."""
    return render_template("accounts/check_letters.html")


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@limits.limiter.limit(limits.LOGIN, methods=["POST"])
@public
def confirm(token: str) -> Answer:
    """Confirm an address. The link shows a button, since letters' links are opened by robots."""
    if request.method == "GET":
        live = queries.find_email_token(session(), token, "confirm", clock.now())
        return render_template("accounts/confirm.html", live=live is not None)
    try:
        with transaction() as work:
            person = service.confirm(work, token, at=clock.now())
    except Refusal:
        return render_template("accounts/confirm.html", live=False), 422
    gate.enter(person)
    flash(_("Your address is confirmed. Welcome."), "success")
    return redirect(url_for(".me"))


@blueprint.route("/login", methods=["GET", "POST"])
@limits.limiter.limit(limits.LOGIN, methods=["POST"])
@public
def login() -> Answer:
    """Sign in."""
    form = LoginForm()
    onward = request.values.get("next", "")
    if not form.is_submitted():
        return render_template("accounts/login.html", form=form, onward=onward)
    if form.validate():
        person, refusal = _check(form)
        if person is not None:
            gate.enter(person)
            home = url_for("desk.home" if person.grants else "pages.home")
            return redirect(safe_next(onward) if onward else home)
        form.show(refusal or Refusal("account.wrong_login"))
    return render_template("accounts/login.html", form=form, onward=onward), 422


def _check(form: LoginForm) -> tuple[Person | None, Refusal | None]:
    """The person or the refusal; a failed attempt is kept in the log, so it must commit."""
    with transaction() as work:
        try:
            person = service.authenticate(
                work, email=form.email.data, password=form.password.data, at=clock.now()
            )
        except Refusal as refusal:
            return None, refusal
        return person, None


@blueprint.post("/logout")
@public
def logout() -> Answer:
    """Sign out: the session ends on the server."""
    gate.leave()
    flash(_("You have signed out."), "info")
    return redirect(url_for("pages.home"))


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@limits.limiter.limit(limits.LOGIN, methods=["POST"])
@public
def forgot() -> Answer:
    """Ask for a link to set a new password."""
    form = ForgotForm()
    if form.validate_on_submit():
        with transaction() as work:
            service.ask_new_password(work, email=form.email.data, at=clock.now())
        return redirect(url_for(".check_letters"))
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/forgot.html", form=form), status


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
@limits.limiter.limit(limits.LOGIN, methods=["POST"])
@public
def new_password(token: str) -> Answer:
    """Set a new password by the link of a letter."""
    form = NewPasswordForm()
    live = queries.find_email_token(session(), token, "reset", clock.now()) is not None
    if live and form.validate_on_submit():
        try:
            with transaction() as work:
                service.set_password(work, token, password=form.password.data, at=clock.now())
            flash(_("The new password is set. Sign in with it."), "success")
            return redirect(url_for(".login"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/new_password.html", form=form, live=live), status


@blueprint.route("/me", methods=["GET", "POST"])
@requires(P.RESIDENT)
def me() -> Answer:
    """One's own account."""
    form = ProfileForm(obj=current_user.person)
    if form.validate_on_submit():
        with transaction() as work:
            person = queries.get_person(work, current_user.person_id)
            service.change_profile(
                work, clock.signature(), person, name=form.name.data, locale=form.locale.data
            )
        flash(_("Saved."), "success")
        return redirect(url_for(".me"))
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/me.html", form=form), status


@blueprint.post("/me/confirmation")
@limits.limiter.limit(limits.REGISTRATION)
@requires(P.RESIDENT)
def resend() -> Answer:
    """Send the confirmation letter again."""
    with transaction() as work:
        person = queries.get_person(work, current_user.person_id)
        if person.confirmed_at is None:
            service.send_confirmation(work, person, at=clock.now())
    return redirect(url_for(".check_letters"))
