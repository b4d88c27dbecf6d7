"""Reading across rooms for home and personal pages. Sealed numbers are never touched here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload, raiseload

from pb_portal.cycles.models import Cycle
from pb_portal.domain.placeholders import TAKEN_DOWN_MARK
from pb_portal.domain.project_states import ProjectState
from pb_portal.files.models import StoredFile
from pb_portal.places.models import Area
from pb_portal.projects.models import Project, ProjectPhoto, ProjectUpdate
from pb_portal.projects.queries.followers import followed_by
from pb_portal.proposals.models import Proposal, ProposalFollow
from pb_portal.proposals.queries import SHOWN


def cycles_with_phases(session: Session) -> Sequence[Cycle]:
    """All cycles with their phases, newest first, in one statement."""
    query = (
        select(Cycle)
        .options(joinedload(Cycle.phases), raiseload(Cycle.areas))
        .order_by(Cycle.year.desc(), Cycle.id.desc())
    )
    return session.scalars(query).unique().all()


@dataclass(frozen=True)
class Tally:
    """How many proposals or projects stand in a cycle, an area and a state, and their money."""

    thing: str
    cycle_id: int | None
    area_id: int | None
    status: str
    number: int
    money: int


def tallies(session: Session) -> list[Tally]:
    """Counts of proposals and of projects of the city's own cycles, in one statement: of those
    that the lists they link to hold."""
    proposals: Select[*tuple[Any, ...]] = (
        select(
            literal("proposal"),
            Proposal.cycle_id,
            Proposal.area_id,
            Proposal.status,
            func.count(),
            func.sum(func.coalesce(Proposal.reviewed_cost, Proposal.cost)),
        )
        .join(Cycle, Cycle.id == Proposal.cycle_id)
        .where(Cycle.is_imported.is_(False), Proposal.status.in_(sorted(SHOWN)))
        .group_by(Proposal.cycle_id, Proposal.area_id, Proposal.status)
    )
    projects: Select[*tuple[Any, ...]] = (
        select(
            literal("project"),
            Project.cycle_id,
            Project.area_id,
            Project.status,
            func.count(),
            func.sum(func.coalesce(Project.contract_sum, Project.promised_sum)),
        )
        .outerjoin(Cycle, Cycle.id == Project.cycle_id)
        .where(Cycle.is_imported.is_not(True))
        .group_by(Project.cycle_id, Project.area_id, Project.status)
    )
    return [
        Tally(thing, cycle_id, area_id, status, int(number), int(money or 0))
        for thing, cycle_id, area_id, status, number, money in session.execute(
            union_all(proposals, projects)
        )
    ]


def areas_of(session: Session, cities: Sequence[str]) -> Sequence[Area]:
    """The districts of these cities in their order."""
    if not cities:
        return []
    query = select(Area).where(Area.city.in_(cities)).order_by(Area.sort, Area.id)
    return session.scalars(query).all()


@dataclass(frozen=True)
class Pair:
    """A place before and after."""

    number: int
    title: str
    address: str
    before: str
    after: str


def before_after(session: Session) -> Pair | None:
    """The completed project with photos of both, accepted last."""
    first, last = aliased(ProjectPhoto), aliased(ProjectPhoto)
    first_file, last_file = aliased(StoredFile), aliased(StoredFile)
    row = session.execute(
        select(Project.number, Project.title, Project.address, first_file.key, last_file.key)
        .join(first, (first.project_id == Project.id) & (first.stage == "before"))
        .join(last, (last.project_id == Project.id) & (last.stage == "after"))
        .join(first_file, first_file.id == first.file_id)
        .join(last_file, last_file.id == last.file_id)
        .where(Project.status == ProjectState.COMPLETED, first.published, last.published)
        .order_by(Project.accepted_on.desc(), Project.id.desc(), first.id, last.id)
        .limit(1)
    ).first()
    return Pair(*row) if row else None


@dataclass(frozen=True)
class News:
    """A few words from a site."""

    number: int
    title: str
    status: str
    body: str
    progress: int
    at: datetime


def news(session: Session, limit: int = 3) -> list[News]:
    """The newest updates of projects, one for each project."""
    newest = (
        select(func.max(ProjectUpdate.id).label("id"))
        .where(ProjectUpdate.published_at.is_not(None), ProjectUpdate.body != TAKEN_DOWN_MARK)
        .group_by(ProjectUpdate.project_id)
        .order_by(func.max(ProjectUpdate.at).desc(), func.max(ProjectUpdate.id).desc())
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(
            Project.number,
            Project.title,
            Project.status,
            ProjectUpdate.body,
            ProjectUpdate.progress,
            ProjectUpdate.at,
        )
        .join(newest, newest.c.id == ProjectUpdate.id)
        .join(Project, Project.id == ProjectUpdate.project_id)
        .order_by(ProjectUpdate.at.desc(), ProjectUpdate.id.desc())
    )
    return [News(*row) for row in rows]


@dataclass(frozen=True)
class Followed:
    """A proposal or project the person gets letters about."""

    thing: str
    slug: str
    number: int
    title: str
    status: str


def followed(session: Session, person_id: int) -> list[Followed]:
    """What the person follows: projects first, then proposals, newest first."""
    projects = session.execute(
        select(literal("project"), literal(""), Project.number, Project.title, Project.status)
        .where(Project.id.in_(followed_by(person_id)))
        .order_by(Project.updated_at.desc(), Project.id.desc())
    )
    proposals = session.execute(
        select(literal("proposal"), Cycle.slug, Proposal.number, Proposal.title, Proposal.status)
        .join(ProposalFollow, ProposalFollow.proposal_id == Proposal.id)
        .join(Cycle, Cycle.id == Proposal.cycle_id)
        .where(ProposalFollow.person_id == person_id, Proposal.number.is_not(None))
        .order_by(ProposalFollow.at.desc())
    )
    return [Followed(*row) for row in (*projects, *proposals)]
