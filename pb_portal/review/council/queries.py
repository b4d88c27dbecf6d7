"""Reading members, sittings and protocols."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.domain.text import alphabetical
from pb_portal.proposals.models import Proposal
from pb_portal.review.council.models import AgendaItem, CouncilMember, CouncilSitting
from pb_portal.review.queue import Areas, in_areas, is_ready


def members(session: Session, on: date | None = None) -> Sequence[CouncilMember]:
    """Members of the council, by name; on a day, those who sat on it then."""
    query = select(CouncilMember).order_by(CouncilMember.id)
    if on is not None:
        query = query.where(
            CouncilMember.joined_on <= on,
            or_(CouncilMember.left_on.is_(None), CouncilMember.left_on > on),
        )
    return sorted(session.scalars(query), key=lambda member: alphabetical(member.name))


def get_sitting(session: Session, sitting_id: int, *, lock: bool = False) -> CouncilSitting:
    """The sitting with its agenda; raises `Missing`."""
    found = session.get(
        CouncilSitting,
        sitting_id,
        options=[
            joinedload(CouncilSitting.cycle),
            joinedload(CouncilSitting.area),
            selectinload(CouncilSitting.present),
            selectinload(CouncilSitting.items)
            .joinedload(AgendaItem.proposal)
            .joinedload(Proposal.area),
        ],
        with_for_update={"of": CouncilSitting} if lock else None,
        populate_existing=lock,
    )
    if found is None:
        raise Missing("sitting")
    return found


def sittings(session: Session, areas: Areas, limit: int = 30) -> Sequence[CouncilSitting]:
    """The newest sittings a secretary of these areas keeps, open ones first."""
    return session.scalars(
        select(CouncilSitting)
        .where(_of_areas(areas))
        .options(joinedload(CouncilSitting.cycle), joinedload(CouncilSitting.area))
        .order_by(CouncilSitting.state, CouncilSitting.id.desc())
        .limit(limit)
    ).all()


def _of_areas(areas: Areas) -> ColumnElement[bool]:
    return true() if areas is None else CouncilSitting.area_id.in_(areas)


def agenda_sizes(session: Session, sitting_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many files each sitting has on its agenda, and how many have an outcome."""
    rows = session.execute(
        select(AgendaItem.sitting_id, func.count(), func.count(AgendaItem.outcome))
        .where(AgendaItem.sitting_id.in_(sitting_ids))
        .group_by(AgendaItem.sitting_id)
    )
    return {sitting: (int(all_), int(done)) for sitting, all_, done in rows}


def waits_for_sitting() -> ColumnElement[bool]:
    """Passed on by its reviewer, and on the agenda of no open sitting."""
    taken = (
        select(AgendaItem.id)
        .join(AgendaItem.sitting)
        .where(AgendaItem.proposal_id == Proposal.id, CouncilSitting.state == "open")
        .correlate(Proposal)
        .exists()
    )
    return and_(is_ready(), ~taken)


def ready_for(
    session: Session, cycle_id: int, areas: Areas, area_id: int | None = None
) -> Sequence[Proposal]:
    """Files of a cycle that reviewers have passed on and no open sitting holds, earliest due
    first; at most 500."""
    query = (
        select(Proposal)
        .where(Proposal.cycle_id == cycle_id, in_areas(areas), waits_for_sitting())
        .options(
            joinedload(Proposal.area),
            joinedload(Proposal.reviewer).lazyload(Person.grants),
        )
        .order_by(Proposal.due_at, Proposal.id)
        .limit(500)
    )
    if area_id is not None:
        query = query.where(Proposal.area_id == area_id)
    return session.scalars(query).all()


def cycles_with_ready(session: Session, areas: Areas) -> list[int]:
    """Cycles that have files for the council."""
    return list(
        session.scalars(
            select(Proposal.cycle_id)
            .where(in_areas(areas), is_ready())
            .group_by(Proposal.cycle_id)
            .order_by(Proposal.cycle_id.desc())
        )
    )


def next_number(session: Session, cycle_id: int) -> str:
    """A number to start from: one more than there are sittings in the cycle."""
    held = session.scalar(
        select(func.count()).select_from(CouncilSitting).where(CouncilSitting.cycle_id == cycle_id)
    )
    return str((held or 0) + 1)


def protocols(session: Session, cycle_id: int) -> Sequence[CouncilSitting]:
    """Signed sittings of a cycle, the newest first."""
    return session.scalars(
        select(CouncilSitting)
        .where(CouncilSitting.cycle_id == cycle_id, CouncilSitting.state == "signed")
        .options(joinedload(CouncilSitting.area))
        .order_by(CouncilSitting.held_on.desc(), CouncilSitting.id.desc())
    ).all()


def get_protocol(session: Session, cycle_id: int, sitting_id: int) -> CouncilSitting:
    """A signed sitting of the cycle; raises `Missing`."""
    found = session.scalars(
        select(CouncilSitting).where(
            CouncilSitting.id == sitting_id,
            CouncilSitting.cycle_id == cycle_id,
            CouncilSitting.state == "signed",
        )
    ).one_or_none()
    if found is None:
        raise Missing("protocol")
    return found
