"""Proposals like the one being written, while it is written."""

from __future__ import annotations

from flask import Response, render_template, request

from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.proposals import queries
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries.similar import Like
from pb_portal.proposals.views.base import blueprint, own_draft
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires


@blueprint.get("/drafts/<int:proposal_id>/similar")
@limits.visits("writes", by_line=False)
@requires(P.RESIDENT)
def similar(proposal_id: int) -> Response:
    """The list by itself, for the page that saves as one types."""
    draft = own_draft(session(), proposal_id)
    near = request.args.get("about") == "place"
    found = render_template(
        "proposals/_similar_list.html",
        likes=near_to(draft) if near else like(draft),
        near=near,
        cycle=draft.cycle,
        confirmed=clock.actor().confirmed,
    )
    return Response(found, mimetype="text/plain")  # a part of a page, no page


def like(draft: Proposal) -> list[Like]:
    """Proposals that may be about the same."""
    return queries.similar.similar(session(), queries.similar.about(draft))


def near_to(draft: Proposal) -> list[Like]:
    """Proposals around the pin."""
    return queries.similar.neighbours(session(), queries.similar.about(draft))
