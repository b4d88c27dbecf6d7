"""Reading opinions, decisions of the council, neighbours and comments."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.domain.distance import DEGREE, metres_between
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.proposals.models import Comment, Proposal
from pb_portal.proposals.queries import get_proposal_by_id
from pb_portal.review.models import CouncilDecision, ReviewOpinion
from pb_portal.review.queue import is_ready

NEAR = 300
"""Metres within which proposals are neighbours."""


def get_file(session: Session, proposal_id: int, *, lock: bool = False) -> Proposal:
    """A proposal that was handed in; raises `Missing`, for drafts too."""
    found = get_proposal_by_id(session, proposal_id, lock=lock)
    if found.status == ProposalState.DRAFT:
        raise Missing("proposal")
    return found


def opinions(session: Session, proposal_id: int) -> Sequence[ReviewOpinion]:
    """Opinions on a proposal, the newest first."""
    return session.scalars(
        select(ReviewOpinion)
        .where(ReviewOpinion.proposal_id == proposal_id)
        .order_by(ReviewOpinion.id.desc())
    ).all()


def newest_opinions(session: Session, proposal_ids: Sequence[int]) -> dict[int, ReviewOpinion]:
    """The newest opinion on each of these proposals."""
    newest = (
        select(func.max(ReviewOpinion.id))
        .where(ReviewOpinion.proposal_id.in_(proposal_ids))
        .group_by(ReviewOpinion.proposal_id)
    )
    found = session.scalars(select(ReviewOpinion).where(ReviewOpinion.id.in_(newest)))
    return {opinion.proposal_id: opinion for opinion in found}


def passed_to_council(session: Session, proposal: Proposal) -> bool:
    """Whether the reviewer has passed the file to the council in this round of review."""
    query = select(Proposal.id).where(Proposal.id == proposal.id, is_ready())
    return session.scalar(query) is not None


def neighbours(
    session: Session, proposal: Proposal, metres: int = NEAR
) -> list[tuple[int, Proposal]]:
    """Other proposals of any cycle around the same place with the distance, the nearest first."""
    if proposal.lat is None or proposal.lon is None:
        return []
    tall = metres / DEGREE
    wide = tall / max(cos(radians(proposal.lat)), 0.01)
    boxed = session.scalars(
        select(Proposal)
        .where(
            Proposal.id != proposal.id,
            Proposal.status != ProposalState.DRAFT,
            Proposal.lat.between(proposal.lat - tall, proposal.lat + tall),
            Proposal.lon.between(proposal.lon - wide, proposal.lon + wide),
        )
        .options(joinedload(Proposal.cycle), joinedload(Proposal.category))
    )
    measured = [
        (metres_between(proposal.lat, proposal.lon, other.lat, other.lon), other)
        for other in boxed
        if other.lat is not None and other.lon is not None
    ]
    return sorted(
        (pair for pair in measured if pair[0] <= metres), key=lambda pair: (pair[0], pair[1].id)
    )


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


def newest_comments(
    session: Session,
    areas: frozenset[int] | None,
    *,
    hidden: bool = False,
    before_id: int | None = None,
    limit: int = 30,
) -> Sequence[tuple[Comment, Proposal]]:
    """Comments of the areas with their proposals, the newest first; only hidden ones if asked."""
    query = (
        select(Comment, Proposal)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .options(joinedload(Comment.author).lazyload(Person.grants), joinedload(Proposal.cycle))
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    if areas is not None:
        query = query.where(Proposal.area_id.in_(areas))
    if hidden:
        query = query.where(Comment.hidden_at.is_not(None))
    if before_id is not None:
        query = query.where(Comment.id < before_id)
    return [(comment, proposal) for comment, proposal in session.execute(query)]
