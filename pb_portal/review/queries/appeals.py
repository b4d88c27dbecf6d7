"""Appeals that wait for the council's answer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pb_portal.domain.proposal_states import ProposalState
from pb_portal.proposals.models import Proposal

MOST = 200


def open_appeals(session: Session, areas: frozenset[int] | None) -> Sequence[Proposal]:
    """Appealed proposals of the areas, the earliest due first."""
    query = (
        select(Proposal)
        .where(Proposal.status == ProposalState.APPEALED)
        .options(joinedload(Proposal.area), joinedload(Proposal.cycle))
        .order_by(Proposal.due_at, Proposal.id)
        .limit(MOST)
    )
    if areas is not None:
        query = query.where(Proposal.area_id.in_(areas))
    return session.scalars(query).all()
