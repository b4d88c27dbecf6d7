"""The signed heads of the ledger and of the seals over everything else, for anyone to keep. They
say nothing of how many have voted, nor of how much was done."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for

from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, session
from pb_portal.domain import roll
from pb_portal.register import queries as register
from pb_portal.register.service.roll import head_content
from pb_portal.seals import batches
from pb_portal.voting.ledger import paper_records, proofs
from pb_portal.voting.paper.models import PaperClosing
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
    """Heads, the newest first; `?to=` is the number of the first one, `older` leads on.

    Beside them the signed digests of the roll and the records of papers handed out, all of them.
    """
    cycle, _ = visit.get_vote(slug)
    found = proofs.heads_before(session(), cycle.id, cycle.slug, asked_row("to"), HEADS)
    last = found[-1]["batches"] - 1 if found else 0
    older = url_for(".heads", slug=slug, to=last) if last else None
    answer = jsonify(
        {
            "cycle": slug,
            "heads": found,
            "key": signer().public_key,
            "older": older,
            "papers": _papers(cycle),
            "roll": [
                {**head_content(head, slug), "signature": head.signature}
                for head in register.heads_of(session(), cycle.id)
            ],
        },
    )
    answer.headers["Cache-Control"] = FRESH
    if older:
        answer.headers["Link"] = f'<{older}>; rel="next"'
    return answer


def _papers(cycle: Cycle) -> list[dict[str, Any]]:
    """Signed records of papers; what they commit to is opened with the certified result."""
    certified = session().get(PaperClosing, cycle.id) is not None
    own = roll.cycle_key(visit.settings().register_key, cycle.id)
    lines = []
    for record in paper_records.list_records(session(), cycle.id):
        line = paper_records.record_content(record, cycle.slug)
        line["signature"] = record.signature
        content = paper_records.open_record(record, own) if certified else None
        if content is not None:
            line["content"] = content.decode()
            line["nonce"] = paper_records.nonce_of(own, record.number).hex()
        lines.append(line)
    return lines


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


@blueprint.get("/ledger/acts.json")
@limits.visits("suggest")
@public
def acts() -> Response:
    """Heads over the seals of every act and row, as `heads` gives those of a vote."""
    found = batches.find_before(session(), asked_row("to"), HEADS)
    last = found[-1].number - 1 if found else 0
    older = url_for(".acts", to=last) if last else None
    told = [
        {**batches.say_batch(one), "head": one.head, "signature": one.signature} for one in found
    ]
    answer = jsonify({"heads": told, "key": signer().public_key, "older": older})
    answer.headers["Cache-Control"] = FRESH
    if older:
        answer.headers["Link"] = f'<{older}>; rel="next"'
    return answer
