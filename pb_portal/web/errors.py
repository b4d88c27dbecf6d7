"""Errors as pages: what happened, what was kept, what to do."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from pb_portal.db import Missing
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.web.phrases import phrase, sentence

NOT_KEPT = {"csrf_token", "password", "password_again", "code", "iin", "birth_date", "phone"}
MOST_KEPT = 20_000


def _kept() -> list[tuple[str, str]]:
    """What the person typed, except secrets, to copy back."""
    if request.method != "POST" or request.content_length is None:
        return []
    if request.content_length > MOST_KEPT * 4:
        return []
    return [
        (name, value[:MOST_KEPT])
        for name, value in request.form.items()
        if name not in NOT_KEPT and value.strip()
    ]


def page(status: int, message: str = "", **extra: Any) -> Response:
    """An error page in the person's language."""
    g.on_error_page = True
    kept = [] if status in (400, 413) and request.mimetype.startswith("multipart") else _kept()
    body = render_template("errors/error.html", status=status, message=message, kept=kept, **extra)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def init_app(app: Flask) -> None:
    """Register a page for every kind of error."""

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> Response:
        return page(400, _("This page was open for too long. Open it again and repeat."))

    @app.errorhandler(Forbidden)
    def forbidden(error: Forbidden) -> Response:
        return page(403)

    @app.errorhandler(Missing)
    def missing(error: Missing) -> Response:
        return page(404)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return page(409, sentence(error))

    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError) -> Response:
        return page(409, phrase("conflict"))

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        return page(422, sentence(error))

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Response:
        app.logger.error("database unavailable: %s", type(error.orig).__name__)
        return page(503)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        response = page(error.code)
        if error.code == 405 and (allow := dict(error.get_headers()).get("Allow")):
            response.headers["Allow"] = allow
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        app.logger.exception("unexpected error")
        return page(500)
