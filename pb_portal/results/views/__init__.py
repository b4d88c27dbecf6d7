"""Pages of results: the public one with its files, the count and the certification."""

from flask import Blueprint

blueprint = Blueprint("results", __name__)

from pb_portal.results.views import desk, files, public, rounds, uploads, whatif  # noqa: E402

__all__ = ["blueprint", "desk", "files", "public", "rounds", "uploads", "whatif"]
