"""A person's own drafts and proposals, with what is next for them."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_login import current_user

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import IN_STAFF_HANDS, WITH_AUTHOR, ProposalState
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.views.base import STEPS, blueprint, public_url, step_url
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase


@blueprint.get("/my/proposals")
@requires(P.RESIDENT)
def mine() -> str:
    """What waits for the author first, then the rest."""
    own = queries.mine(session(), current_user.person_id)
    copies = queries.copies_of(session(), own)
    rows = [_row(proposal, copies.get(proposal.id)) for proposal in own]
    taking = [
        cycle
        for cycle in cycles.all_cycles(session(), imported=False)
        if cycles.phase_open(cycle, PhaseKind.APPLICATIONS, clock.now())
    ]
    return render_template(
        "proposals/mine.html",
        waiting=[row for row in rows if row["proposal"].status in WITH_AUTHOR],
        others=[row for row in rows if row["proposal"].status not in WITH_AUTHOR],
        taking=taking,
    )


def _row(proposal: Proposal, copy: Proposal | None) -> dict[str, Any]:
    """`copy` is the working copy of a returned proposal."""
    if proposal.status not in WITH_AUTHOR:
        return {
            "proposal": proposal,
            "url": public_url(proposal),
            "next": phrase(f"next.{proposal.status}"),
            "until": proposal.due_at if proposal.status in IN_STAFF_HANDS else None,
        }
    gaps = service.gaps(copy or proposal)
    step = gaps[0].step if gaps else STEPS[-1]
    until, in_time = _time_left(proposal)
    code = "next.late" if not in_time else "next.fill_in" if gaps else "next.send"
    return {
        "proposal": proposal,
        "url": step_url(proposal, step),
        "next": phrase(code, count=len(gaps)),
        "until": until if in_time else None,
    }


def _time_left(proposal: Proposal) -> tuple[Any, bool]:
    if proposal.status == ProposalState.RETURNED:
        until = service.rework_until(proposal.cycle)
        return until, until is None or clock.now() < until
    phase = cycles.find_phase(proposal.cycle, PhaseKind.APPLICATIONS)
    in_time = cycles.phase_open(proposal.cycle, PhaseKind.APPLICATIONS, clock.now())
    return (phase.ends_at if phase else None), in_time
