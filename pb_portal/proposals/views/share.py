"""The address of a proposal as a picture for a phone's camera."""

from __future__ import annotations

from io import BytesIO

import segno
from flask import Response

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.proposals import queries
from pb_portal.proposals.views.base import blueprint, public_url
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/proposals/<int:number>/qr.svg")
@public
def qr(slug: str, number: int) -> Response:
    """A QR code that leads to the proposal; sharp at any size, for a notice on a door."""
    proposal = queries.get_proposal(session(), cycles.get_cycle(session(), slug).id, number)
    drawn = BytesIO()
    code = segno.make(public_url(proposal, _external=True), error="m", micro=False)
    code.save(drawn, kind="svg", scale=8, border=4, dark="#14222e", light="#ffffff")
    answer = Response(drawn.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
