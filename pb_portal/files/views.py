"""Serving stored pictures."""

from __future__ import annotations

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from pb_portal.db import Missing, session
from pb_portal.domain.permissions import owns
from pb_portal.files import queries, service
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.storage import root

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<key>")
@public
def show(key: str) -> Response:
    """A picture: public ones for everybody, others for nobody but their owner."""
    stored = queries.get_file(session(), key)
    if not (stored.public or owns(clock.actor(), stored.owner_id)):
        raise Missing("file")
    path = service.path_of(root(), stored)
    if not path.exists():
        raise Missing("file")
    response = send_file(path, mimetype=stored.media_type, max_age=0)
    scope = "public, max-age=31536000, immutable" if stored.public else "private, no-store"
    response.headers["Cache-Control"] = scope
    return response
