"""Which files wait for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session, joinedload

from pb_portal.accounts.models import Person
from pb_portal.db import UtcDateTime
from pb_portal.domain.proposal_states import IN_STAFF_HANDS, ProposalAction, ProposalState
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.review.models import ReviewOpinion

SOON = timedelta(days=3)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
VIEWS = ("todo", "overdue", "due", "mine", "unassigned", "with_author", "ready")
Areas = frozenset[int] | None

_newest_opinion = (
    select(func.max(ReviewOpinion.id))
    .where(ReviewOpinion.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)
_last_taken = (
    select(func.max(ProposalEvent.at))
    .where(ProposalEvent.proposal_id == Proposal.id, ProposalEvent.action == ProposalAction.TAKE)
    .correlate(Proposal)
    .scalar_subquery()
)


def is_ready() -> ColumnElement[bool]:
    """In review, and its newest opinion of this round of review goes to the council."""
    passed = (
        select(ReviewOpinion.id)
        .where(
            ReviewOpinion.id == _newest_opinion,
            ReviewOpinion.recommends != "return",
            or_(_last_taken.is_(None), ReviewOpinion.at >= _last_taken),
        )
        .correlate(Proposal)
        .exists()
    )
    return and_(Proposal.status == ProposalState.IN_REVIEW, passed)


def in_areas(areas: Areas) -> ColumnElement[bool]:
    """Files of these areas; None is the whole city."""
    return true() if areas is None else Proposal.area_id.in_(areas)


def view_of(name: str, person_id: int | None, at: datetime) -> ColumnElement[bool]:
    """The condition of one view of the queue."""
    hands = Proposal.status.in_(IN_STAFF_HANDS)
    todo = and_(hands, ~is_ready())
    conditions: dict[str, ColumnElement[bool]] = {
        "todo": todo,
        "overdue": and_(todo, Proposal.due_at < at),
        "due": and_(todo, Proposal.due_at >= at, Proposal.due_at < at + SOON),
        "mine": and_(todo, Proposal.reviewer_id == person_id),
        "unassigned": and_(todo, Proposal.reviewer_id.is_(None)),
        "with_author": Proposal.status == ProposalState.RETURNED,
        "ready": is_ready(),
    }
    return conditions[name]


def counts(session: Session, areas: Areas, person_id: int | None, at: datetime) -> dict[str, int]:
    """How many files each view of the queue holds."""
    found = session.execute(
        select(*(func.count().filter(view_of(name, person_id, at)).label(name) for name in VIEWS))
        .select_from(Proposal)
        .where(Proposal.status.in_([*IN_STAFF_HANDS, ProposalState.RETURNED]), in_areas(areas))
    ).one()
    return dict(zip(VIEWS, map(int, found), strict=True))


def areas_with_files(session: Session, areas: Areas) -> Sequence[Area]:
    """Areas that have files with staff or author, for the filter by district."""
    busy = select(Proposal.area_id).where(
        Proposal.status.in_([*IN_STAFF_HANDS, ProposalState.RETURNED]), in_areas(areas)
    )
    return session.scalars(select(Area).where(Area.id.in_(busy)).order_by(Area.sort, Area.id)).all()


def files(
    session: Session,
    areas: Areas,
    view: str,
    *,
    person_id: int | None,
    at: datetime,
    after_id: int | None = None,
    limit: int = 50,
) -> Sequence[Proposal]:
    """Files of a view, the earliest due first; `after_id` is the last file of the page before."""
    query = _sorted().where(in_areas(areas), view_of(view, person_id, at)).limit(limit)
    if after_id is not None and (last := session.get(Proposal, after_id)) is not None:
        due = last.due_at or NEVER
        query = query.where(or_(_due() > due, and_(_due() == due, Proposal.id > last.id)))
    return session.scalars(query).all()


def _due() -> ColumnElement[Any]:
    return func.coalesce(Proposal.due_at, literal(NEVER, UtcDateTime()))


def _sorted() -> Select[Proposal]:
    return (
        select(Proposal)
        .options(
            joinedload(Proposal.area),
            joinedload(Proposal.cycle),
            joinedload(Proposal.reviewer).lazyload(Person.grants),
        )
        .order_by(_due(), Proposal.id)
    )
