"""Reading paper applications."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.cycles.models import Cycle
from pb_portal.proposals.models import PaperApplication, Proposal


def papers(
    session: Session, *, before_id: int | None = None, limit: int = 50
) -> Sequence[PaperApplication]:
    """Paper applications with their proposals, the newest first."""
    query = (
        select(PaperApplication)
        .options(
            joinedload(PaperApplication.proposal, innerjoin=True).joinedload(Proposal.cycle),
            joinedload(PaperApplication.proposal, innerjoin=True).joinedload(Proposal.area),
        )
        .order_by(PaperApplication.proposal_id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(PaperApplication.proposal_id < before_id)
    return session.scalars(query).all()


def own_cycles(session: Session) -> Sequence[Cycle]:
    """The city's cycles with their phases, the newest first."""
    return session.scalars(
        select(Cycle)
        .where(Cycle.is_imported.is_(False))
        .options(selectinload(Cycle.phases), selectinload(Cycle.areas))
        .order_by(Cycle.year.desc(), Cycle.id.desc())
    ).all()
