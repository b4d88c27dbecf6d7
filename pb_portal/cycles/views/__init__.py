"""Pages of cycles: public ones, and the commissioner's desk."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cycles", __name__)

from pb_portal.cycles.views import (  # noqa: E402, F401
    boundaries,
    catalogues,
    counting,
    desk,
    names,
    phases,
    public,
)
