"""Reading files: opinions, neighbours, what changed since they were returned."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.distance import DEGREE, metres_between
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal, ProposalVersion
from pb_portal.proposals.queries import get_proposal_by_id
from pb_portal.review.models import ReviewOpinion
from pb_portal.review.queue import OPEN, in_areas, is_ready

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


def get_whole_file(session: Session, proposal_id: int) -> Proposal:
    """A file with all that its page shows of the proposal; raises `Missing`, for drafts too."""
    found = session.scalars(
        select(Proposal)
        .where(Proposal.id == proposal_id, Proposal.status != ProposalState.DRAFT)
        .options(
            joinedload(Proposal.cycle),
            joinedload(Proposal.area),
            joinedload(Proposal.category),
            joinedload(Proposal.author).lazyload(Person.grants),
            joinedload(Proposal.reviewer).lazyload(Person.grants),
            selectinload(Proposal.pictures),
            selectinload(Proposal.lines),
            selectinload(Proposal.events),
        )
    ).one_or_none()
    if found is None:
        raise Missing("proposal")
    return found


def last_versions(session: Session, proposal_id: int) -> Sequence[ProposalVersion]:
    """The proposal as it was sent the last two times, the newest first."""
    return session.scalars(
        select(ProposalVersion)
        .where(ProposalVersion.proposal_id == proposal_id)
        .order_by(ProposalVersion.number.desc())
        .limit(2)
    ).all()


def cycles_of_open(session: Session, areas: frozenset[int] | None) -> dict[int, int]:
    """The cycle of every open file of these districts, by the file's id."""
    rows = session.execute(
        select(Proposal.id, Proposal.cycle_id).where(Proposal.status.in_(OPEN), in_areas(areas))
    )
    return {row.id: row.cycle_id for row in rows}


def cycles_with_files(session: Session, areas: frozenset[int] | None) -> Sequence[Any]:
    """Cycles and districts that have files, the newest cycle first."""
    pairs = (
        select(Proposal.cycle_id, Proposal.area_id)
        .where(Proposal.status != ProposalState.DRAFT, in_areas(areas))
        .distinct()
        .subquery()
    )
    return session.execute(
        select(
            pairs.c.cycle_id, Cycle.names.label("cycle"), pairs.c.area_id, Area.names.label("area")
        )
        .join(Cycle, Cycle.id == pairs.c.cycle_id)
        .join(Area, Area.id == pairs.c.area_id)
        .where(Cycle.is_imported.is_(False))
        .order_by(Cycle.year.desc(), Cycle.id.desc(), Area.sort, Area.id)
    ).all()
