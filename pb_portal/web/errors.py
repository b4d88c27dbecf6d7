"""Errors as pages: what happened, what was kept, what to do."""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from pb_portal.db import Missing, describe_outage, is_read_only
from pb_portal.domain.refusal import Conflict, Forbidden, Pause, Refusal
from pb_portal.web import clock, interruption, limits
from pb_portal.web.phrases import phrase, sentence

SECRETS = ("csrf", "password", "current", "code", "iin", "birth", "phone", "token", "secret")
MOST_KEPT = 20_000
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def _kept() -> list[tuple[str, str]]:
    """What the person typed, except secrets, to copy back."""
    if request.method != "POST" or request.content_length is None:
        return []
    if request.content_length > MOST_KEPT * 4 and not request.mimetype.startswith("multipart"):
        return []
    try:
        typed = request.form.items(multi=True)
    except (HTTPException, OSError):
        return []
    return [
        (name, value[:MOST_KEPT])
        for name, value in typed
        if value.strip() and not any(secret in name for secret in SECRETS)
    ]


def page(status: int, message: str = "", **extra: Any) -> Response:
    """An error page in the person's language. From 500 on it asks the database for nothing."""
    known = status if status in PAGES else (500 if status >= 500 else 400)
    if known >= 500:
        g._login_user = AnonymousUserMixin()
    try:
        kept = [] if status == 413 else _kept()
        body = render_template(
            "errors/error.html", status=known, code=status, message=message, kept=kept, **extra
        )
    except Exception:
        _logger().exception("the error page broke")
        body = render_bare(status)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _slow(seconds: float) -> Response:
    """Too many requests: when to come back, in words and for programs."""
    until = clock.now() + timedelta(seconds=seconds)
    limits.pause(seconds)
    return page(429, phrase("come_back", until=until))


def render_bare(status: int) -> str:
    """A page without layout, for when even the error page cannot be made."""
    return (
        '<!DOCTYPE html><html lang="ru"><meta charset="utf-8"><title>Ошибка</title>'
        f"<h1>{status}</h1>"
        "<p>Портал временно не работает. Обновите страницу через минуту.</p>"
        '<p lang="kk">Портал уақытша жұмыс істемейді. Бір минуттан кейін бетті жаңартыңыз.</p>'
        '<p lang="en">The portal is not working just now. Reload the page in a minute.</p></html>'
    )


def _is_guarded() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "guarded_by", "public") != "public"


def _logger() -> Any:
    return current_app.logger


def init_app(app: Flask) -> None:
    """Register a page for every kind of error."""
    _register_rules(app)
    _register_database(app)

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> Any:
        if _is_guarded() and interruption.came_from_here() and interruption.keep_typed_form():
            return redirect(url_for("accounts.resume"))
        return page(400, _("This page was open for too long. Open it again and repeat."))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        response = page(error.code) if error.code != 429 else _slow(limits.come_back())
        if error.code == 405 and (allow := dict(error.get_headers()).get("Allow")):
            response.headers["Allow"] = allow
        return response

    app.register_error_handler(Exception, _broken)


def _broken(error: Exception) -> Response:
    _logger().error("unexpected error", exc_info=error)
    return page(500)


def _register_rules(app: Flask) -> None:
    @app.errorhandler(Forbidden)
    def forbidden(error: Forbidden) -> Response:
        return page(403)

    @app.errorhandler(Missing)
    def missing(error: Missing) -> Response:
        return page(404)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return page(409, sentence(error))

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        limits.note_refusal(error)
        return page(429 if isinstance(error, Pause) else 422, sentence(error))


def _register_database(app: Flask) -> None:
    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError) -> Response:
        return page(409, phrase("conflict"))

    @app.errorhandler(IntegrityError)
    def collided(error: IntegrityError) -> Response:
        # The driver's own text may hold what was typed, so only its kind is logged.
        app.logger.error("constraint refused a write: %s", type(error.orig).__name__)
        return page(409, phrase("conflict"))

    @app.errorhandler(DataError)
    def unfit(error: DataError) -> Response:
        # A value no column takes, such as a number too long or the character NUL.
        app.logger.error("a value does not fit its column: %s", type(error.orig).__name__)
        return page(400)

    def away(error: DBAPIError | PoolTimeout) -> Response:
        app.logger.error("database unavailable: %s", describe_outage(error))
        return page(503)

    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, away)

    @app.errorhandler(InternalError)
    def internal(error: InternalError) -> Response:
        # A primary that became a standby refuses writes; its readers are still served.
        return away(error) if is_read_only(error) else _broken(error)

    @app.errorhandler(OSError)
    def store_failed(error: OSError) -> Response:
        # Uploads and their temporary files: a full disk is temporary, anything else is a fault.
        if error.errno not in DISK_ERRORS:
            return _broken(error)
        app.logger.error("cannot store a file: %s", errno.errorcode[error.errno])
        return page(503)
