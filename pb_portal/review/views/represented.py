"""The registrar's queue of proposals that have no author left who can act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template, url_for

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.proposals import service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries.represented import represented
from pb_portal.review.views import blueprint
from pb_portal.web.guard import requires


@blueprint.get("/desk/represented")
@requires(P.KEEP_REGISTER)
def represented_proposals() -> str:
    """What waits for the registrar in place of its authors, with the day it must be done by."""
    rows = [_row(proposal) for proposal in represented(session())]
    return render_template("review/represented.html", rows=rows)


def _row(proposal: Proposal) -> dict[str, Any]:
    cycle, number = proposal.cycle, proposal.number
    return {
        "proposal": proposal,
        "url": url_for("proposals.show", slug=cycle.slug, number=number),
        "until": _until(proposal),
        "since": proposal.author.blocked_at if proposal.author else None,
    }


def _until(proposal: Proposal) -> datetime | None:
    """Until when the authors' next step can be taken."""
    if proposal.status == ProposalState.RETURNED:
        return service.rework_until(proposal.cycle)
    voting = cycles.find_phase(proposal.cycle, PhaseKind.VOTING)
    return service.appeal_until(proposal, voting.starts_at if voting else None)
