"""Which files wait for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import LocalText, UtcDateTime
from pb_portal.domain.proposal_states import (
    IN_STAFF_HANDS,
    WITH_REVIEWERS,
    ProposalAction,
    ProposalState,
)
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.proposals.words import patterns_of
from pb_portal.review.models import ReviewOpinion

SOON = timedelta(days=3)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
VIEWS = ("todo", "overdue", "due", "mine", "unassigned", "with_author", "ready")
OPEN = (*IN_STAFF_HANDS, ProposalState.RETURNED)
Areas = frozenset[int] | None

_newest_opinion = (
    select(func.max(ReviewOpinion.id))
    .where(ReviewOpinion.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)
_last_taken = (
    select(func.max(ProposalEvent.at))
    .where(
        ProposalEvent.proposal_id == Proposal.id,
        ProposalEvent.action.in_([ProposalAction.TAKE, ProposalAction.GRANT]),
    )
    .correlate(Proposal)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Asked:
    """What part of the queue somebody looks at; it stands in the address."""

    view: str = "todo"
    area: int | None = None
    person: int | None = None
    cycle: int | None = None
    q: str = ""

    def query(self, **changes: Any) -> dict[str, Any]:
        """For an address; `changes` replace what was asked, None takes it away."""
        values = {one.name: getattr(self, one.name) for one in fields(self)} | changes
        return {name: str(value) for name, value in values.items() if value}


@dataclass(frozen=True)
class Heap:
    """Files of one district, cycle and reviewer: how many in each view."""

    area_id: int | None
    cycle_id: int
    reviewer_id: int | None
    area: LocalText | None
    cycle: LocalText
    counts: dict[str, int]


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
    hands = Proposal.status.in_(WITH_REVIEWERS)
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


def heaps(session: Session, areas: Areas, person_id: int | None, at: datetime) -> list[Heap]:
    """Every open file counted once, in one statement: tabs, filters and loads add these up."""
    counted = (
        select(
            Proposal.area_id,
            Proposal.cycle_id,
            Proposal.reviewer_id,
            *(func.count().filter(view_of(name, person_id, at)).label(name) for name in VIEWS),
        )
        .where(Proposal.status.in_(OPEN), in_areas(areas))
        .group_by(Proposal.area_id, Proposal.cycle_id, Proposal.reviewer_id)
        .subquery()
    )
    area, cycle = aliased(Area), aliased(Cycle)
    rows = session.execute(
        select(counted, area.names.label("area"), cycle.names.label("cycle"))
        .outerjoin(area, area.id == counted.c.area_id)
        .join(cycle, cycle.id == counted.c.cycle_id)
        .order_by(area.sort, area.id, cycle.year.desc())
    ).mappings()
    return [
        Heap(
            row["area_id"],
            row["cycle_id"],
            row["reviewer_id"],
            row["area"],
            row["cycle"],
            {name: int(row[name]) for name in VIEWS},
        )
        for row in rows
    ]


def counts(found: Iterable[Heap], asked: Asked) -> dict[str, int]:
    """How many files each view holds, of what was asked for."""
    within = [
        heap
        for heap in found
        if asked.area in (None, heap.area_id)
        and asked.cycle in (None, heap.cycle_id)
        and asked.person in (None, heap.reviewer_id)
    ]
    return {name: sum(heap.counts[name] for heap in within) for name in VIEWS}


def loads(found: Iterable[Heap]) -> dict[int, int]:
    """How many files each person has to review."""
    total: dict[int, int] = {}
    for heap in found:
        if heap.reviewer_id is not None:
            total[heap.reviewer_id] = total.get(heap.reviewer_id, 0) + heap.counts["todo"]
    return total


def loads_of(session: Session, people: Sequence[int]) -> dict[int, int]:
    """How many files each of these people has to review, in the whole city."""
    rows = session.execute(
        select(Proposal.reviewer_id, func.count())
        .where(
            Proposal.reviewer_id.in_(people),
            Proposal.status.in_(IN_STAFF_HANDS),
            ~is_ready(),
        )
        .group_by(Proposal.reviewer_id)
    )
    return {person_id: int(number) for person_id, number in rows if person_id is not None}


def files(
    session: Session,
    areas: Areas,
    asked: Asked,
    *,
    person_id: int | None,
    at: datetime,
    after_id: int | None = None,
    limit: int = 50,
) -> Sequence[Proposal]:
    """Files of a view, the earliest due first; `after_id` is the last file of the page before."""
    query = _sorted().where(*conditions(areas, asked, person_id, at)).limit(limit)
    if after_id is not None:
        due = select(_due()).where(Proposal.id == after_id).scalar_subquery()
        query = query.where(or_(_due() > due, and_(_due() == due, Proposal.id > after_id)))
    return session.scalars(query).all()


def versions(
    session: Session,
    areas: Areas,
    asked: Asked,
    *,
    person_id: int | None,
    at: datetime,
    limit: int,
) -> list[tuple[int, int]]:
    """Ids and versions of what was asked for, the earliest due first."""
    query = (
        select(Proposal.id, Proposal.version)
        .where(*conditions(areas, asked, person_id, at))
        .order_by(_due(), Proposal.id)
        .limit(limit)
    )
    return [(row.id, row.version) for row in session.execute(query)]


def conditions(
    areas: Areas, asked: Asked, person_id: int | None, at: datetime
) -> list[ColumnElement[bool]]:
    """What a file must be to stand in what was asked for."""
    found = [in_areas(areas), view_of(asked.view, person_id, at)]
    for column, wanted in (
        (Proposal.area_id, asked.area),
        (Proposal.cycle_id, asked.cycle),
        (Proposal.reviewer_id, asked.person),
    ):
        if wanted is not None:
            found.append(column == wanted)
    for patterns in patterns_of(asked.q):
        said = (Proposal.search_text.contains(pattern, autoescape=True) for pattern in patterns)
        found.append(or_(*said))
    return found


def _due() -> ColumnElement[Any]:
    return func.coalesce(Proposal.due_at, literal(NEVER, UtcDateTime()))


def _sorted() -> Select[Proposal]:
    return (
        select(Proposal)
        .options(
            joinedload(Proposal.area),
            joinedload(Proposal.cycle),
            joinedload(Proposal.category),
            joinedload(Proposal.reviewer).lazyload(Person.grants),
        )
        .order_by(_due(), Proposal.id)
    )
