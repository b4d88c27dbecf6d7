"""Serving stored files: pictures in the page, documents as downloads."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from pb_portal.db import Missing, session
from pb_portal.domain.permissions import owns
from pb_portal.files import queries, service
from pb_portal.files.models import StoredFile
from pb_portal.files.storage import StoreDown
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.storage import root

blueprint = Blueprint("files", __name__)
KEPT_SECONDS = 600
"""How long caches may keep a file: it may be taken down, and then goes from them too."""


@blueprint.get("/files/<key>")
@public
def show(key: str) -> Response:
    """A file: public ones for everybody, others for nobody but their owner."""
    stored = _allowed(key)
    response = _answer(stored, service.name_of(stored), stored.media_type)
    if stored.is_document:
        response.headers.set("Content-Disposition", "attachment", filename=stored.name)
    return response


@blueprint.get("/files/<key>/<int:width>.<ending>")
@public
def size(key: str, width: int, ending: str) -> Response:
    """A smaller picture, under the same rule as the large one."""
    stored = _allowed(key)
    if width not in stored.sizes or ending not in service.TYPES:
        raise Missing("file")
    return _answer(stored, service.size_name(stored, width, ending), service.TYPES[ending])


def _allowed(key: str) -> StoredFile:
    stored = queries.get_file(session(), key)
    if not (stored.public or owns(clock.actor(), stored.owner_id)):
        raise Missing("file")
    return stored


def _answer(stored: StoredFile, name: str, media_type: str) -> Response:
    try:
        content = root().get(name)
    except StoreDown:
        abort(503)
    if content is None:
        raise Missing("file")
    response = Response(content, mimetype=media_type)
    scope = f"public, max-age={KEPT_SECONDS}" if stored.public else "private, no-store"
    response.headers["Cache-Control"] = scope
    if stored.public:
        response.add_etag()
        response.make_conditional(request)
    return response
