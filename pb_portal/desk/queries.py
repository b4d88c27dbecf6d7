"""What waits for a member of staff, read across rooms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import KINDS
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain.permissions import P, areas_of, may
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.signature import Actor
from pb_portal.places.models import Area
from pb_portal.projects.models import Project
from pb_portal.projects.queries.filtered import late_clause
from pb_portal.projects.queries.scope import within_reach
from pb_portal.projects.rules import FINISHED, SILENT_DAYS
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries.comments import comments_waiting
from pb_portal.proposals.queries.represented import count_represented
from pb_portal.review.council.queries import waits_for_sitting
from pb_portal.review.queue import in_areas, view_of
from pb_portal.takedowns.queries import count_waiting


@dataclass(frozen=True)
class Heap:
    """A heap of things to do: how many, how many of them late, and the first few."""

    number: int
    late: int
    first: Sequence[Any]


def _scope(actor: Actor, permission: P, column: Any) -> ColumnElement[bool] | None:
    areas = areas_of(actor, permission)
    return None if areas is None else column.in_(areas)


def _heap(session: Session, base: Select[Any], late: ColumnElement[bool], order: Any) -> Heap:
    counts = base.with_only_columns(func.count(), func.count().filter(late)).order_by(None)
    number, overdue = session.execute(counts).one()
    first = session.scalars(base.order_by(order).limit(5)).all() if number else []
    return Heap(number, overdue, first)


def review_heap(session: Session, actor: Actor, at: datetime) -> Heap:
    """What the queue holds to do in the reviewer's districts, by due date."""
    query = select(Proposal).where(*_to_review(actor, at))
    return _heap(session, query, Proposal.due_at < at, Proposal.due_at)


def council_heap(session: Session, actor: Actor, at: datetime) -> Heap:
    """Files with a reviewer's finding, waiting for the council's decision."""
    query = select(Proposal).where(waits_for_sitting())
    scope = _scope(actor, P.DECIDE, Proposal.area_id)
    if scope is not None:
        query = query.where(scope)
    return _heap(session, query, Proposal.due_at < at, Proposal.due_at)


def numbers_waiting(session: Session, actor: Actor, at: datetime) -> dict[str, int]:
    """How much waits for the person as a reviewer, the secretary and a moderator, at once."""
    asked: dict[str, Any] = {}
    if may(actor, P.REVIEW):
        asked[P.REVIEW] = _number(Proposal, *_to_review(actor, at))
    if may(actor, P.DECIDE):
        here = _scope(actor, P.DECIDE, Proposal.area_id)
        mine = [] if here is None else [here]
        asked[P.DECIDE] = _number(Proposal, waits_for_sitting(), *mine)
        appealed = Proposal.status == ProposalState.APPEALED
        asked["appeals"] = _number(Proposal, appealed, *mine)
    if may(actor, P.MODERATE):
        asked[P.MODERATE] = comments_waiting(areas_of(actor, P.MODERATE))
    if may(actor, P.KEEP_REGISTER):
        asked[P.KEEP_REGISTER] = count_represented()
    if may(actor, P.TAKE_DOWN):
        asked[P.TAKE_DOWN] = count_waiting(areas_of(actor, P.TAKE_DOWN))
    if not asked:
        return {}
    row = session.execute(select(*asked.values())).one()
    return dict(zip(asked, map(int, row), strict=True))


def _number(table: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _to_review(actor: Actor, at: datetime) -> list[ColumnElement[bool]]:
    """The first view of the queue that the number links to."""
    areas = areas_of(actor, P.REVIEW)
    return [in_areas(areas), view_of("todo", actor.person_id, at)]


def open_approvals(session: Session, actor: Actor) -> Heap:
    """Requests this person may decide on: not their own, nor about themselves."""
    kinds = [name for name, kind in KINDS.items() if may(actor, kind.may_approve)]
    me = actor.person_id
    mine = (
        ApprovalRequest.state == "open",
        ApprovalRequest.kind.in_(kinds),
        ApprovalRequest.proposed_by != me,
        ApprovalRequest.concerns.is_(None) | (ApprovalRequest.concerns != me),
    )
    number = session.scalar(select(func.count()).select_from(ApprovalRequest).where(*mine)) or 0
    query = select(ApprovalRequest).where(*mine).order_by(ApprovalRequest.proposed_at).limit(20)
    return Heap(number, 0, session.scalars(query).all() if number else [])


def silent_projects(session: Session, actor: Actor, at: datetime, today: date) -> Heap:
    """Unfinished projects within the person's reach that are late or silent for a month, as the
    page of the day has them."""
    quiet = Project.news_at <= at - timedelta(days=SILENT_DAYS)
    late = late_clause(today)
    query = within_reach(select(Project), actor).where(
        Project.status.not_in(FINISHED), or_(quiet, late)
    )
    return _heap(session, query, late, Project.due_on)


def running_cycles(session: Session, at: datetime) -> Sequence[Cycle]:
    """The city's own cycles that are not over, newest first."""
    going = select(Phase.cycle_id).where(Phase.ends_at > at)
    query = (
        select(Cycle)
        .where(Cycle.is_imported.is_(False), Cycle.id.in_(going))
        .options(selectinload(Cycle.phases))
        .order_by(Cycle.year.desc(), Cycle.id.desc())
    )
    return session.scalars(query).all()


def staff(session: Session) -> Sequence[Person]:
    """Everybody with a staff role, by name."""
    query = select(Person).where(Person.id.in_(select(RoleGrant.person_id))).order_by(Person.name)
    return session.scalars(query).all()


def city_areas(session: Session) -> Sequence[Area]:
    """Districts of the city itself, not of imported elections."""
    imported = select(Cycle.city).where(Cycle.is_imported)
    query = select(Area).where(Area.city.not_in(imported)).order_by(Area.sort, Area.id)
    return session.scalars(query).all()


def roles_of(session: Session, person_ids: Iterable[int]) -> dict[int, list[str]]:
    """Staff roles by person id, for the log, which names nobody."""
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .where(RoleGrant.person_id.in_(list(person_ids)))
        .order_by(RoleGrant.id)
    )
    found: dict[int, list[str]] = {}
    for person_id, role in rows:
        if role not in found.setdefault(person_id, []):
            found[person_id].append(role)
    return found


@dataclass(frozen=True)
class Places:
    """How to link the subjects of log entries: what addresses need beside the id."""

    proposals: dict[int, tuple[str, int | None]]
    projects: dict[int, int]
    cycles: dict[int, tuple[str, dict[str, str]]]


def places_of(
    session: Session, proposals: set[int], projects: set[int], cycles: set[int]
) -> Places:
    """Slugs and numbers of these subjects."""
    numbers = session.execute(
        select(Proposal.id, Cycle.slug, Proposal.number)
        .join(Cycle, Cycle.id == Proposal.cycle_id)
        .where(Proposal.id.in_(proposals))
    )
    works = session.execute(select(Project.id, Project.number).where(Project.id.in_(projects)))
    named = session.execute(select(Cycle.id, Cycle.slug, Cycle.names).where(Cycle.id.in_(cycles)))
    return Places(
        {row.id: (row.slug, row.number) for row in numbers},
        {row.id: row.number for row in works},
        {row.id: (row.slug, row.names) for row in named},
    )
