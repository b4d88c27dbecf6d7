"""Pages of voting on paper: where it is possible, the desk, batches, typing, second signatures."""

from flask import Blueprint

blueprint = Blueprint("polling", __name__)

from pb_portal.voting.paper.views import (  # noqa: E402, F401
    batches,
    desk,
    keying,
    points,
    public,
    requests,
    scans,
)
