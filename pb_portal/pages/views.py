"""Home, help, languages, the letter box of a sample city, the style guide."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.mailer import box
from pb_portal.mailer import queries as letters
from pb_portal.pages import queries
from pb_portal.pages.home import today
from pb_portal.web import clock, i18n
from pb_portal.web.guard import public, requires
from pb_portal.web.page import safe_next
from pb_portal.web.paging import asked_row, page_of

blueprint = Blueprint("pages", __name__)
YEAR = 365 * 24 * 3600
LETTERS = 20


@blueprint.get("/")
@public
def home() -> str:
    """What can be done today, and what the city has done."""
    return render_template("pages/home.html", **today(session(), clock.now()))


@blueprint.get("/help")
@public
def help() -> str:
    """How to propose, vote and follow; accessibility, privacy, whom to ask."""
    return render_template("pages/help.html")


@blueprint.get("/language/<code>")
@public
def language(code: str) -> Response:
    """Speak another language from now on: the choice stays in a cookie, nothing is stored here."""
    if code not in i18n.LOCALES:
        abort(404)
    response = redirect(safe_next(request.args.get("next")))
    response.set_cookie(
        i18n.COOKIE,
        code,
        max_age=YEAR,
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


@blueprint.get("/my/following")
@requires(P.RESIDENT)
def following() -> str:
    """Proposals and projects about which the person gets letters."""
    followed = queries.followed(session(), current_user.person_id)
    return render_template("pages/following.html", followed=followed)


@blueprint.get("/letters")
@public
def letter_box() -> str:
    """Letters of a sample city, which sends none. Anywhere else this page does not exist."""
    settings = current_app.config["SETTINGS"]
    if not settings.letters_boxed:
        abort(404)
    before = asked_row("before")
    base = settings.public_url or request.url_root
    page = page_of(letters.in_box(session(), before_id=before), LETTERS, key=lambda row: row.id)
    return render_template(
        "pages/letter_box.html",
        letters=box.show(page.rows, current_app.jinja_env, base),
        next_key=page.next_key,
        first=before is None,
    )


@blueprint.get("/styleguide")
@public
def styleguide() -> str:
    """Every component with sample data."""
    return render_template("pages/styleguide.html")
