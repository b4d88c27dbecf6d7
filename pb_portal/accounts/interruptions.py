"""The page on which what was typed waits after signing in again."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from pb_portal.accounts import queries
from pb_portal.accounts.service import kept_forms
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.typed_form import TypedForm
from pb_portal.web import clock, device, interruption
from pb_portal.web.guard import requires
from pb_portal.web.page import safe_next


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the room."""
    blueprint.add_url_rule("/continue", "resume", resume)
    blueprint.add_url_rule("/continue/discard", "discard_typed", discard_typed, methods=["POST"])
    blueprint.add_app_template_global(has_kept_form)


def init_app(app: Flask) -> None:
    """Let every guarded view keep what is sent to it by somebody who must sign in again."""
    app.extensions[interruption.STORE] = store_typed_form


def store_typed_form(form: TypedForm) -> str | None:
    """Keep a form for the account of this browser; None when it is known to none."""
    person_id = _find_owner()
    if person_id is None:
        return None
    with transaction() as work:
        return kept_forms.keep_form(work, person_id, form, at=clock.now(), former=_token())


def _find_owner() -> int | None:
    """Whose browser this is: whoever is signed in, was until now, or signed in here before."""
    if current_user.is_authenticated:
        return int(current_user.person_id)
    ended = queries.find_session_owner(session(), cookie.get("_user_id", ""))
    return ended if ended is not None else device.find_known_person()


def _token() -> str:
    return request.cookies.get(interruption.cookie_name(), "")


def _find_kept_form() -> TypedForm | None:
    if not current_user.is_authenticated:
        return None
    return kept_forms.find_form(session(), current_user.person_id, _token(), clock.now())


def has_kept_form() -> bool:
    """Whether something this person typed waits to be sent."""
    return bool(_token()) and _find_kept_form() is not None


@requires(P.RESIDENT)
def resume() -> ResponseReturnValue:
    """What was typed before the session ended, with the button that sends it."""
    form = _find_kept_form()
    if form is None:
        flash(_("Nothing that you typed waits here any more."), "info")
        return redirect(url_for("pages.home"))
    return render_template("accounts/resume.html", form=form)


@requires(P.RESIDENT)
def discard_typed() -> ResponseReturnValue:
    """Forget it, and go back to its page."""
    form = _find_kept_form()
    with transaction() as work:
        kept_forms.discard_form(work, _token())
    response = current_app.make_response(redirect(safe_next(form.page if form else "")))
    response.delete_cookie(interruption.cookie_name())
    return response
