"""Winners become projects: all of a certified cycle at once, as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase
from pb_portal.domain.permissions import P, Role, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.project_states import Origin
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project, ProjectFollow, ProjectLine, ProjectPhoto
from pb_portal.projects.service.letters import tell_followers
from pb_portal.proposals.models import EstimateLine, Proposal, ProposalFollow
from pb_portal.results.models import CountRun, ProposalResult
from pb_portal.results.queries import certified_run


def winners(session: Session, cycle_id: int) -> Sequence[tuple[Proposal, int | None]]:
    """Selected proposals with the number of the project each has already become."""
    rows = session.execute(
        select(Proposal, Project.number)
        .outerjoin(Project, Project.proposal_id == Proposal.id)
        .where(Proposal.cycle_id == cycle_id, Proposal.status == ProposalState.SELECTED)
        .options(joinedload(Proposal.area))
        .order_by(Proposal.number)
    )
    return [(proposal, number) for proposal, number in rows]


def usual_promise(cycle: Cycle) -> date:
    """The last day of the delivery phase, else the end of the year after the cycle."""
    delivery = find_phase(cycle, PhaseKind.DELIVERY)
    return delivery.ends_at.date() if delivery else date(cycle.year + 1, 12, 31)


def start_from_winners(
    session: Session, by: Signature, cycle: Cycle, *, promised_on: date | None = None
) -> list[Project]:
    """Make a project of every winner that is none yet; returns the new ones.

    Refuses (`project.not_certified`) before the result is certified, and a promised date that is
    not after the vote. A second call finds nothing left to do.
    """
    demand(by.actor, P.START_PROJECTS)
    if certified_run(session, cycle.id) is None:
        raise Refusal("project.not_certified")
    promised = promised_on or usual_promise(cycle)
    voting = find_phase(cycle, PhaseKind.VOTING)
    if voting is not None and promised <= voting.ends_at.date():
        raise Refusal("project.before_vote", field="promised_on", earliest=_written(voting.ends_at))
    session.execute(select(Cycle.id).order_by(Cycle.id).with_for_update()).all()
    number = session.scalar(select(func.coalesce(func.max(Project.number), 0))) or 0
    managers = _managers(session)
    made = []
    for proposal in _waiting(session, cycle.id):
        number += 1
        made.append(_project(session, by, cycle, proposal, number, promised, managers))
    session.add_all(made)
    session.flush()
    for project in made:
        _carry_over(session, by, project)
    session.flush()
    for project in made:
        audit.record(
            session,
            by,
            "project.started",
            ("project", project.id),
            cycle_id=cycle.id,
            proposal=project.proposal_id,
            promised_sum=project.promised_sum,
            promised_on=promised.isoformat(),
        )
        tell_followers(session, by, project, "project_started", due_on=promised.isoformat())
    return made


def _written(moment: date) -> str:
    return moment.strftime("%d.%m.%Y")


def _waiting(session: Session, cycle_id: int) -> Sequence[Proposal]:
    taken = select(Project.proposal_id).where(Project.proposal_id.is_not(None))
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.cycle_id == cycle_id,
            Proposal.status == ProposalState.SELECTED,
            Proposal.id.not_in(taken),
        )
        .options(
            joinedload(Proposal.category),
            selectinload(Proposal.lines),
            selectinload(Proposal.pictures),
        )
        .order_by(Proposal.area_id, Proposal.number)
    ).all()


def _managers(session: Session) -> dict[int, int]:
    """The manager of each area that has one of its own."""
    staff = session.scalars(select(Person).where(Person.blocked_at.is_(None)).order_by(Person.id))
    return {
        grant.area_id: person.id
        for person in staff
        for grant in person.grants
        if grant.role == Role.MANAGER and grant.area_id is not None
    }


def _area_of(session: Session, proposal: Proposal) -> int:
    if proposal.area_id is not None:
        return proposal.area_id
    found = session.scalar(
        select(ProposalResult.area_id)
        .join(CountRun, CountRun.id == ProposalResult.run_id)
        .where(ProposalResult.proposal_id == proposal.id, CountRun.state == "certified")
    )
    if found is None:
        raise Refusal("project.no_area", number=proposal.number)
    return found


def _project(
    session: Session,
    by: Signature,
    cycle: Cycle,
    proposal: Proposal,
    number: int,
    promised_on: date,
    managers: dict[int, int],
) -> Project:
    area_id = _area_of(session, proposal)
    return Project(
        number=number,
        origin=Origin.PARTICIPATORY,
        sector=proposal.category.sector if proposal.category else "infrastructure",
        cycle_id=cycle.id,
        proposal_id=proposal.id,
        title=proposal.title,
        summary=proposal.solution,
        category_id=proposal.category_id,
        area_id=area_id,
        address=proposal.address,
        lat=proposal.lat,
        lon=proposal.lon,
        manager_id=managers.get(area_id),
        promised_sum=proposal.price,
        promised_on=promised_on,
        due_on=promised_on,
        created_at=by.at,
        updated_at=by.at,
        is_sample=proposal.is_sample,
        lines=[_line(line, proposal.language) for line in proposal.lines],
        photos=[
            ProjectPhoto(file_id=picture.file_id, stage="before", caption=picture.caption, at=by.at)
            for picture in proposal.pictures
            if picture.kind == "photo"
        ],
        proposal=proposal,
    )


def _line(line: EstimateLine, language: str) -> ProjectLine:
    titles = dict(line.work.names) if line.work else {language: line.title}
    return ProjectLine(
        title=titles,
        unit=line.unit,
        unit_price=line.unit_price,
        promised=line.quantity,
        sort=line.sort,
    )


def _carry_over(session: Session, by: Signature, project: Project) -> None:
    """The author and the followers of the proposal follow the project."""
    followers = set(
        session.scalars(
            select(ProposalFollow.person_id).where(
                ProposalFollow.proposal_id == project.proposal_id
            )
        )
    )
    author_id = project.proposal.author_id if project.proposal else None
    if author_id is not None:
        followers.add(author_id)
    session.add_all(
        ProjectFollow(project_id=project.id, person_id=person_id, at=by.at)
        for person_id in sorted(followers)
    )
