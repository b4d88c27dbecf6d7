"""Reading one proposal, a ballot's, or a person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, lazyload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ON_BALLOT, ProposalState
from pb_portal.proposals.models import (
    Coauthor,
    Proposal,
    ProposalEvent,
    ProposalFollow,
    ProposalVersion,
    ReviewedLine,
    Support,
)
from pb_portal.takedowns.queries import has_tombstones

HIGHEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class ProposalPage:
    """A public proposal as one person sees it."""

    proposal: Proposal
    supported: bool
    followed: bool
    merged_number: int | None
    rework_until: datetime | None
    vote_from: datetime | None
    vote_until: datetime | None
    versions: int
    changed: tuple[str, ...]
    """Fields that the newest version changed."""
    recosted: bool
    """Whether the reviewer went through the estimate line by line."""
    joined: bool
    """Whether another proposal was merged into it."""
    taken_down: bool = False
    """Whether anything on its page was taken down."""


def get_proposal(session: Session, cycle_id: int, number: int, *, lock: bool = False) -> Proposal:
    """The public proposal of this number; raises `Missing`. Drafts have no number."""
    query = select(Proposal).where(Proposal.cycle_id == cycle_id, Proposal.number == number)
    if lock:
        query = query.with_for_update(of=Proposal).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Missing("proposal")
    return found


def find_by_number(session: Session, cycle_id: int, number: int) -> Proposal | None:
    """The proposal of a cycle with this number, if it was handed in."""
    if not 0 < number <= HIGHEST_NUMBER:
        return None
    return session.scalars(
        select(Proposal).where(Proposal.cycle_id == cycle_id, Proposal.number == number)
    ).one_or_none()


def merged_into(session: Session, proposal_id: int) -> Sequence[Proposal]:
    """Proposals that were merged into this one, by number."""
    return session.scalars(
        select(Proposal)
        .where(Proposal.merged_into_id == proposal_id)
        .options(lazyload("*"))
        .order_by(Proposal.number)
    ).all()


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


def read_page(session: Session, slug: str, number: int, person_id: int | None) -> ProposalPage:
    """Everything a proposal's page shows but its comments, in five statements; raises `Missing`.

    What of the cycle's phases the page needs is asked for in the row itself.
    """
    other, joined = aliased(Proposal), aliased(Proposal)
    row = session.execute(
        select(
            Proposal,
            _has(Support, person_id).label("supported"),
            _has(ProposalFollow, person_id).label("followed"),
            other.number.label("merged_number"),
            _rework_until().label("rework_until"),
            _vote(Phase.starts_at).label("vote_from"),
            _vote(Phase.ends_at).label("vote_until"),
            _versions().label("versions"),
            _changed().label("changed"),
            exists().where(ReviewedLine.proposal_id == Proposal.id).label("recosted"),
            exists().where(joined.merged_into_id == Proposal.id).label("joined"),
            has_tombstones("proposal", Proposal.id).label("taken_down"),
        )
        .join(Proposal.cycle)
        .outerjoin(other, other.id == Proposal.merged_into_id)
        .where(Cycle.slug == slug, Proposal.number == number)
        .options(
            contains_eager(Proposal.cycle),
            joinedload(Proposal.area),
            joinedload(Proposal.category),
            joinedload(Proposal.author).lazyload(Person.grants),
            selectinload(Proposal.coauthors).joinedload(Coauthor.person).lazyload(Person.grants),
            selectinload(Proposal.pictures),
            selectinload(Proposal.lines),
            selectinload(Proposal.events).joinedload(ProposalEvent.actor).lazyload(Person.grants),
        )
    ).one_or_none()
    if row is None:
        raise Missing("proposal")
    return ProposalPage(
        row.Proposal,
        supported=bool(row.supported),
        followed=bool(row.followed),
        merged_number=row.merged_number,
        rework_until=row.rework_until,
        vote_from=row.vote_from,
        vote_until=row.vote_until,
        versions=row.versions or 0,
        changed=tuple(row.changed or ()),
        recosted=bool(row.recosted),
        joined=bool(row.joined),
        taken_down=bool(row.taken_down),
    )


def _rework_until() -> Any:
    ends = select(func.max(Phase.ends_at)).where(
        Phase.cycle_id == Proposal.cycle_id, Phase.kind.in_([PhaseKind.REVIEW, PhaseKind.REWORK])
    )
    return ends.correlate(Proposal).scalar_subquery()


def _vote(moment: Any) -> Any:
    voting = select(moment).where(
        Phase.cycle_id == Proposal.cycle_id, Phase.kind == PhaseKind.VOTING
    )
    return voting.correlate(Proposal).scalar_subquery()


def _versions() -> Any:
    count = select(func.max(ProposalVersion.number)).where(
        ProposalVersion.proposal_id == Proposal.id
    )
    return count.correlate(Proposal).scalar_subquery()


def _changed() -> Any:
    """Fields the newest version changed."""
    newest = (
        select(ProposalVersion.changed)
        .where(ProposalVersion.proposal_id == Proposal.id)
        .order_by(ProposalVersion.number.desc())
        .limit(1)
    )
    return newest.correlate(Proposal).scalar_subquery()


def mine(session: Session, person_id: int) -> Sequence[Proposal]:
    """What a person writes, alone or with others, last changed first."""
    joined = select(Coauthor.proposal_id).where(
        Coauthor.person_id == person_id, Coauthor.state == "agreed"
    )
    return session.scalars(
        select(Proposal)
        .where(
            or_(Proposal.author_id == person_id, Proposal.id.in_(joined)),
            Proposal.revises_id.is_(None),
        )
        .options(
            joinedload(Proposal.cycle).selectinload(Cycle.phases),
            joinedload(Proposal.cycle).selectinload(Cycle.areas),
            joinedload(Proposal.category),
            joinedload(Proposal.area),
            selectinload(Proposal.lines),
        )
        .order_by(Proposal.updated_at.desc(), Proposal.id.desc())
        .limit(200)
    ).all()


def copies_of(session: Session, proposals: Sequence[Proposal]) -> dict[int, Proposal]:
    """The working copies of those that were returned, by the proposal's id."""
    ids = [one.id for one in proposals if one.status == ProposalState.RETURNED]
    found = session.scalars(
        select(Proposal)
        .where(Proposal.revises_id.in_(ids))
        .options(joinedload(Proposal.cycle).selectinload(Cycle.areas), selectinload(Proposal.lines))
    )
    return {copy.revises_id: copy for copy in found if copy.revises_id is not None}


def _has(table: type[Support | ProposalFollow], person_id: int | None) -> ColumnElement[bool]:
    if person_id is None:
        return literal(False)
    return exists().where(table.proposal_id == Proposal.id, table.person_id == person_id)
