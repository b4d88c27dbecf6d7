"""Pages of results: the public one with its files, the count and the certification."""

from flask import Blueprint

blueprint = Blueprint("results", __name__)

from pb_portal.results.views import (  # noqa: E402
    audits,
    desk,
    files,
    public,
    rounds,
    steps,
    uploads,
    whatif,
)

__all__ = ["audits", "blueprint", "desk", "files", "public", "rounds", "steps", "uploads", "whatif"]
