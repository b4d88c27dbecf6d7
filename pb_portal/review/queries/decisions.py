"""Reading the council's decisions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.proposals.models import Proposal
from pb_portal.review.models import CouncilDecision


def newest_decision(session: Session) -> CouncilDecision | None:
    """The decision recorded last: the next one is likely of the same sitting."""
    return session.scalars(
        select(CouncilDecision).order_by(CouncilDecision.id.desc()).limit(1)
    ).one_or_none()


def decisions_of_cycle(
    session: Session,
    cycle_id: int,
    *,
    outcome: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[CouncilDecision]:
    """The council's decisions in a cycle, the newest first, keyset by id."""
    query = (
        select(CouncilDecision)
        .join(CouncilDecision.proposal)
        .where(Proposal.cycle_id == cycle_id)
        .options(joinedload(CouncilDecision.proposal).joinedload(Proposal.area))
        .order_by(CouncilDecision.id.desc())
        .limit(limit)
    )
    if outcome:
        query = query.where(CouncilDecision.outcome == outcome)
    if before_id is not None:
        query = query.where(CouncilDecision.id < before_id)
    return session.scalars(query).all()


def decision_counts(session: Session, cycle_id: int) -> dict[str, int]:
    """How many decisions of each outcome a cycle has."""
    rows = session.execute(
        select(CouncilDecision.outcome, func.count())
        .join(CouncilDecision.proposal)
        .where(Proposal.cycle_id == cycle_id)
        .group_by(CouncilDecision.outcome)
    ).all()
    found = {outcome: int(number) for outcome, number in rows}
    return {"admit": found.get("admit", 0), "reject": found.get("reject", 0)}
