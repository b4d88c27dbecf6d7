"""Text that was typed outlives the end of a session.

A form sent after the session has ended, or when a second factor must be shown first, is kept for
the same account in the same browser; after signing in the person sees it and sends it again. The
room of accounts keeps it (`app.extensions[STORE]`), since this floor has no tables.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, request, url_for
from werkzeug.exceptions import HTTPException

from pb_portal.domain.typed_form import KEPT_HOURS, TypedForm

STORE = "typed_form_store"
MOST_CHARACTERS = 300_000
NEVER_KEPT = ("csrf_token", "password", "current", "code", "token", "secret", "credential")
"""Parts of names of fields that must be typed again."""


Store = Callable[[TypedForm], str | None]
"""Keeps a form for the account of this browser and returns a name for its cookie, or None when
this browser belongs to no account."""


def cookie_name() -> str:
    """The cookie by which a browser finds the form it sent."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-portal-typed" if secure else "portal-typed"


def keep_typed_form() -> bool:
    """Keep what this request sends, if it is a form that a person has sent from a page."""
    form = _read_typed_form()
    store: Store | None = current_app.extensions.get(STORE)
    name = store(form) if form is not None and store is not None else None
    if name is None:
        return False

    @after_this_request
    def carry(response: Response) -> Response:
        response.set_cookie(
            cookie_name(),
            name,
            max_age=KEPT_HOURS * 3600,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response

    return True


def came_from_here() -> bool:
    """Whether the browser vouches that a page of this portal sent the request, as it must where
    the token of the form cannot tell any more."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return request.headers.get("Origin", "") == request.host_url.rstrip("/")


def page_of_request() -> str:
    """The page that can be read again: this address, or where the button was."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return (request.full_path if request.method == "GET" else request.path).rstrip("?")
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc == request.host:
        return referrer.path + (f"?{referrer.query}" if referrer.query else "")
    return url_for("pages.home")


def _read_typed_form() -> TypedForm | None:
    sent_by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    if request.method != "POST" or sent_by_script or "X-CSRFToken" in request.headers:
        return None
    try:
        typed = list(request.form.items(multi=True))
        files = [name for name, file in request.files.items(multi=True) if file.filename]
    except (HTTPException, OSError):
        return None
    fields = [(name, value) for name, value in typed if not _is_secret(name)]
    if sum(len(name) + len(value) for name, value in fields) > MOST_CHARACTERS:
        return None
    action = request.full_path.rstrip("?")
    return TypedForm(action, page_of_request(), fields, sorted(set(files)))


def _is_secret(name: str) -> bool:
    return any(part in name for part in NEVER_KEPT)
