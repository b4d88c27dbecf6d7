"""Reading one proposal, a ballot's, or a person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, lazyload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.proposals.models import Comment, Proposal, ProposalFollow, Support

COMMENTS = 30


@dataclass(frozen=True)
class ProposalPage:
    """A public proposal as one person sees it."""

    proposal: Proposal
    supported: bool
    followed: bool
    merged_number: int | None


def get_proposal(session: Session, cycle_id: int, number: int, *, lock: bool = False) -> Proposal:
    """The public proposal of this number; raises `Missing`. Drafts have no number."""
    query = select(Proposal).where(Proposal.cycle_id == cycle_id, Proposal.number == number)
    if lock:
        query = query.with_for_update(of=Proposal).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
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


def read_page(session: Session, slug: str, number: int, person_id: int | None) -> ProposalPage:
    """Everything a proposal's page shows but its comments, in five statements; raises `Missing`."""
    other = aliased(Proposal)
    row = session.execute(
        select(
            Proposal,
            _has(Support, person_id).label("supported"),
            _has(ProposalFollow, person_id).label("followed"),
            other.number.label("merged_number"),
        )
        .join(Proposal.cycle)
        .outerjoin(other, other.id == Proposal.merged_into_id)
        .where(Cycle.slug == slug, Proposal.number == number)
        .options(
            contains_eager(Proposal.cycle).selectinload(Cycle.phases),
            joinedload(Proposal.area),
            joinedload(Proposal.category),
            joinedload(Proposal.author).lazyload(Person.grants),
            selectinload(Proposal.pictures),
            selectinload(Proposal.lines),
            selectinload(Proposal.events),
        )
    ).one_or_none()
    if row is None:
        raise Missing("proposal")
    return ProposalPage(row.Proposal, bool(row.supported), bool(row.followed), row.merged_number)


def comments_of(
    session: Session, proposal_id: int, before_id: int | None = None
) -> tuple[Sequence[Comment], int | None]:
    """The newest comments (older than `before_id`) and the key of the next ones, if any."""
    query = (
        select(Comment)
        .where(Comment.proposal_id == proposal_id)
        .options(joinedload(Comment.author, innerjoin=True).options(lazyload(Person.grants)))
        .order_by(Comment.id.desc())
        .limit(COMMENTS + 1)
    )
    if before_id is not None:
        query = query.where(Comment.id < before_id)
    rows = session.scalars(query).all()
    return rows[:COMMENTS], rows[COMMENTS - 1].id if len(rows) > COMMENTS else None


def mine(session: Session, person_id: int) -> Sequence[Proposal]:
    """A person's own drafts and proposals, last changed first."""
    return session.scalars(
        select(Proposal)
        .where(Proposal.author_id == person_id)
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


def _has(table: type[Support | ProposalFollow], person_id: int | None) -> ColumnElement[bool]:
    if person_id is None:
        return literal(False)
    return exists().where(table.proposal_id == Proposal.id, table.person_id == person_id)
