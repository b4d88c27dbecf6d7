"""Beginning a proposal."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.proposals import queries, service
from pb_portal.proposals.views.base import Answer, blueprint, step_url
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import public, requires


@blueprint.get("/c/<slug>/propose")
@public
def start(slug: str) -> Answer:
    """What one needs for a proposal, and the button that begins it."""
    cycle = cycles.get_cycle(session(), slug)
    drafts = []
    if current_user.is_authenticated:
        drafts = [
            proposal
            for proposal in queries.mine(session(), current_user.person_id)
            if proposal.cycle_id == cycle.id and proposal.status == ProposalState.DRAFT
        ]
    phase = cycles.find_phase(cycle, PhaseKind.APPLICATIONS)
    return render_template(
        "proposals/start.html",
        cycle=cycle,
        phase=phase,
        open=cycles.phase_open(cycle, PhaseKind.APPLICATIONS, clock.now()),
        drafts=drafts,
        confirmed=clock.actor().confirmed,
    )


@blueprint.post("/c/<slug>/propose")
@limits.visits("asks", by_line=False)
@requires(P.PROPOSE)
def begin(slug: str) -> Response:
    """Begin a draft."""
    with transaction() as work:
        cycle = cycles.get_cycle(work, slug)
        draft = service.start_draft(work, clock.signature(), cycle, language=_language())
    return redirect(step_url(draft, "place"))


@blueprint.get("/drafts/<int:proposal_id>")
@requires(P.RESIDENT)
def draft(proposal_id: int) -> Response:
    """A draft's short address leads to what is to be checked."""
    return redirect(url_for(".check", proposal_id=proposal_id))


def _language() -> str:
    """The language a person most likely writes in."""
    return i18n.language()
