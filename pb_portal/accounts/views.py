"""Pages of accounts.

Passwords are hashed and checked before a transaction opens: it takes tens of milliseconds, and on
SQLite a transaction holds the only write lock.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from pb_portal.accounts import interruptions, queries, service
from pb_portal.accounts import letters as letter_pages
from pb_portal.accounts import login as gate
from pb_portal.accounts.factors import own, tries
from pb_portal.accounts.factors import views as second_step
from pb_portal.accounts.forms import (
    ChangePasswordForm,
    ForgotForm,
    LoginForm,
    NewPasswordForm,
    ProfileForm,
    RegisterForm,
)
from pb_portal.accounts.privacy import views as privacy_pages
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.places.queries import districts
from pb_portal.web import clock, device, i18n, limits
from pb_portal.web.guard import public, requires
from pb_portal.web.page import safe_next

blueprint = Blueprint("accounts", __name__)
second_step.attach(blueprint)
own.attach(blueprint)
interruptions.attach(blueprint)
privacy_pages.attach(blueprint)
letter_pages.attach(blueprint)
Answer = str | tuple[str, int] | AnyResponse


def _entered(person_id: int, onward: str = "") -> AnyResponse:
    """Sign in after a link was used, and go on, or to the second step where there is one."""
    if gate.enter(person_id):
        return redirect(onward or url_for(".me"))
    return redirect(url_for(".second"))


@blueprint.route("/register", methods=["GET", "POST"])
@limits.acts("letters", methods=["POST"])
@limits.tries(methods=["POST"])
@public
def register() -> Answer:
    """Make an account."""
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.register(
                    work,
                    email=form.email.data,
                    name=form.name.data,
                    locale=i18n.language(),
                    at=clock.now(),
                    caps=limits.letter_caps(),
                )
            return redirect(url_for(".check_letters"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/register.html", form=form), status


@blueprint.get("/register/check")
@public
def check_letters() -> str:
    """Tell the person to open the letter."""
    return render_template("accounts/check_letters.html")


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@limits.tries(methods=["POST"])
@public
def confirm(token: str) -> Answer:
    """Confirm an address and choose the password. The link shows a form, since letters' links are
    opened by robots."""
    form = NewPasswordForm()
    found = queries.find_email_token(session(), token, "confirm", clock.now())
    if found is not None and form.validate_on_submit():
        owner = found.person
        try:
            hashed = service.hash_password(form.password.data, email=owner.email, name=owner.name)
            with transaction() as work:
                person_id = service.confirm(work, token, password_hash=hashed, at=clock.now()).id
            onward = _entered(person_id)
            flash(_("Your address is confirmed. Welcome."), "success")
            return onward
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/confirm.html", form=form, live=found is not None), status


@blueprint.route("/login", methods=["GET", "POST"])
@limits.tries(methods=["POST"])
@public
def login() -> Answer:
    """Sign in."""
    form = LoginForm()
    onward = request.values.get("next", "")
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return _signed_in(_enter(form.email.data, form.password.data), onward)
        except Refusal as refusal:
            form.show(refusal)
            status = 429 if refusal.code == "account.slow_down" else 422
    return render_template("accounts/login.html", form=form, onward=onward), status


def _signed_in(open_now: bool, onward: str) -> AnyResponse:
    if not open_now:
        return redirect(url_for(".second", next=onward or None))
    home = "desk.home" if current_user.roles_given else "pages.home"
    return redirect(safe_next(onward) if onward else url_for(home))


def _enter(email: str, password: str) -> bool:
    """Check the password and begin a session; False when a second factor is still to be shown.

    The try is counted as wrong before the password is looked at, so that tries at the same moment
    do not slip through, and is taken back when it was right.
    """
    at = clock.now()
    person = queries.find_credentials(session(), email)
    person_id = person.id if person else None
    name = gate.slowed(email, person_id)
    with transaction() as work:
        tries.claim(work, name, at)
    person = queries.find_credentials(session(), email)
    fits = service.password_fits(person, password)
    with transaction() as work:
        entry = service.sign_in(work, person_id, fits=fits, at=at, device=device.name())
        if entry is not None:
            tries.forgive(work, name)
            gate.close(work)
        else:
            tries.note(work, name, at)
    if entry is None:
        raise Refusal("account.wrong_login")
    return gate.admit(entry)


@blueprint.post("/logout")
@public
def logout() -> Answer:
    """Sign out: the session ends on the server."""
    gate.leave()
    flash(_("You have logged out."), "info")
    return redirect(url_for("pages.home"))


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@limits.acts("letters", methods=["POST"])
@limits.tries(methods=["POST"])
@public
def forgot() -> Answer:
    """Ask for a link to set a new password."""
    form = ForgotForm()
    if form.validate_on_submit():
        with transaction() as work:
            service.ask_new_password(
                work, email=form.email.data, at=clock.now(), caps=limits.letter_caps()
            )
        return redirect(url_for(".check_letters"))
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/forgot.html", form=form), status


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
@limits.tries(methods=["POST"])
@public
def new_password(token: str) -> Answer:
    """Set a new password by the link of a letter, and go on signed in."""
    form = NewPasswordForm()
    found = queries.find_email_token(session(), token, "reset", clock.now())
    if found is not None and form.validate_on_submit():
        owner = found.person
        try:
            hashed = service.hash_password(form.password.data, email=owner.email, name=owner.name)
            with transaction() as work:
                person = service.set_password(work, token, password_hash=hashed, at=clock.now())
                person_id = person.id
            onward = _entered(person_id)
            flash(_("The new password is set."), "success")
            return onward
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/new_password.html", form=form, live=found is not None), status


@blueprint.route("/me", methods=["GET", "POST"])
@requires(P.RESIDENT)
def me() -> Answer:
    """One's own account."""
    form = _profile()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                person = queries.get_person(work, current_user.person_id)
                service.change_profile(
                    work,
                    clock.signature(),
                    person,
                    name=form.name.data,
                    locale=form.locale.data,
                    area_id=form.area.data or None,
                )
            flash(_("Saved."), "success")
            return redirect(url_for(".me"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/me.html", form=form), status


def _profile() -> ProfileForm:
    mine = current_user
    form = ProfileForm(data={"name": mine.name, "locale": mine.locale, "area": mine.area_id or 0})
    areas = [(area.id, i18n.local(area.names)) for area in districts(session())]
    form.area.choices = [(0, _("Not set")), *areas]
    return form


@blueprint.route("/me/password", methods=["GET", "POST"])
@limits.tries(methods=["POST"])
@requires(P.RESIDENT)
def change_password() -> Answer:
    """Change one's own password; every other device is signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            _change_own(form)
            flash(_("The new password is set. Other devices are logged out."), "success")
            return redirect(url_for(".me"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/change_password.html", form=form), status


def _change_own(form: ChangePasswordForm) -> None:
    person = gate.demand_password(form.current.data, field="current")
    hashed = service.hash_password(form.password.data, email=person.email, name=person.name)
    with transaction() as work:
        person = queries.get_person(work, current_user.person_id)
        service.change_password(work, clock.signature(), person, password_hash=hashed)
    gate.enter(current_user.person_id, factor_at=current_user.factor_at)


@blueprint.post("/me/confirmation")
@limits.acts("letters")
@requires(P.RESIDENT)
def resend() -> Answer:
    """Send the confirmation letter again."""
    with transaction() as work:
        person = queries.get_person(work, current_user.person_id)
        if person.confirmed_at is None:
            service.send_confirmation(work, person, at=clock.now(), caps=limits.letter_caps())
    return redirect(url_for(".check_letters"))
