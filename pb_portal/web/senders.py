"""How much a request may hold before its sender is known."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask import session as cookie
from flask_login import current_user

from pb_portal.web import device, storage


def init_app(app: Flask) -> None:
    """Hold strangers to a small request. Comes before anything that reads a form."""
    app.before_request(_bound_strangers)


def _bound_strangers() -> None:
    """No page takes a file from somebody who has not signed in; whatever a page allows its own
    people, a stranger's request is no larger than a form with long texts. A browser whose session
    has ended may send one file, so that what was typed beside it is not lost."""
    most = current_app.config["SETTINGS"].stranger_limit_kb * 1024
    length = request.content_length
    if request.method in ("GET", "HEAD", "OPTIONS") or (length is not None and length <= most):
        return
    if current_user.is_authenticated:
        return
    known = "_user_id" in cookie or device.find_known_person() is not None
    request.max_content_length = storage.most_bytes() if known else most
