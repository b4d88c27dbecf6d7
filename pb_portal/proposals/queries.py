"""Reading proposals."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pb_portal.db import Missing
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.proposals.models import Proposal


def get_proposal(session: Session, cycle_id: int, number: int) -> Proposal:
    """The public proposal of this number; raises `Missing`. Drafts have no number."""
    found = session.scalars(
        select(Proposal).where(Proposal.cycle_id == cycle_id, Proposal.number == number)
    ).one_or_none()
    if found is None:
        raise Missing("proposal")
    return found


def get_proposal_by_id(session: Session, proposal_id: int, *, lock: bool = False) -> Proposal:
    """The proposal, a draft too; raises `Missing`. `lock` keeps its row from others' changes."""
    found = session.get(Proposal, proposal_id, with_for_update={"of": Proposal} if lock else None)
    if found is None:
        raise Missing("proposal")
    return found


def on_ballot(session: Session, cycle_id: int, area_id: int | None = None) -> Sequence[Proposal]:
    """Proposals people vote on (or voted on), by number, with pictures; of one area or all."""
    query = (
        select(Proposal)
        .where(Proposal.cycle_id == cycle_id, Proposal.status.in_(ON_BALLOT))
        .options(selectinload(Proposal.pictures))
        .order_by(Proposal.number)
    )
    if area_id is not None:
        query = query.where(Proposal.area_id == area_id)
    return session.scalars(query).all()
