"""The signed heads of the ledger, for anyone to keep. They say nothing of how many have voted."""

from __future__ import annotations

from flask import Response, jsonify, url_for

from pb_portal.db import Missing, session
from pb_portal.voting.ledger import proofs
from pb_portal.voting.views import blueprint, visit
from pb_portal.web import limits
from pb_portal.web.guard import public
from pb_portal.web.paging import asked_row
from pb_portal.web.signer import signer

HEADS = 240
FRESH = "public, max-age=5"


@blueprint.get("/c/<slug>/ledger/heads.json")
@limits.visits("suggest")
@public
def heads(slug: str) -> Response:
    """Heads, the newest first; `?to=` is the number of the first one, `older` leads on."""
    cycle, _ = visit.get_vote(slug)
    found = proofs.heads_before(session(), cycle.id, cycle.slug, asked_row("to"), HEADS)
    last = found[-1]["batches"] - 1 if found else 0
    older = url_for(".heads", slug=slug, to=last) if last else None
    answer = jsonify(
        {"cycle": slug, "heads": found, "key": signer().public_key, "older": older},
    )
    answer.headers["Cache-Control"] = FRESH
    if older:
        answer.headers["Link"] = f'<{older}>; rel="next"'
    return answer


@blueprint.get("/c/<slug>/ledger/consistency.json")
@limits.visits("suggest")
@public
def consistency(slug: str) -> Response:
    """That the head over `?first=` batches is the beginning of the one over `?second=`."""
    cycle, _ = visit.get_vote(slug)
    first, second = asked_row("first"), asked_row("second")
    if first is None or second is None:
        raise Missing("head")
    answer = jsonify(proofs.consistency_of(session(), cycle.id, first, second))
    answer.headers["Cache-Control"] = FRESH
    return answer
