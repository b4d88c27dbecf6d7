"""Winners become projects: all of a certified cycle at once, as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
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
from pb_portal.projects.models import (
    Project,
    ProjectLine,
    ProjectPhoto,
    ProjectProposal,
    WorkType,
)
from pb_portal.projects.service.grouping import Piece, Wish, pieces, promised_lines
from pb_portal.projects.service.letters import tell_followers
from pb_portal.projects.service.milestones import planned, templates
from pb_portal.proposals.models import Proposal
from pb_portal.results.models import CountRun, ProposalResult
from pb_portal.results.queries import certified_run

TYPE_OF = {
    "landscaping": "landscaping",
    "sidewalk_improvement": "pedestrian_zone",
    "sidewalk_building": "pedestrian_zone",
    "common_lighting": "lighting",
    "curbs_walls": "courtyard",
    "dumps": "recreation_zone",
    "gazebos_benches": "small_forms",
    "playgrounds": "courtyard",
    "sanitation": "recreation_zone",
}
"""The type of work a category of proposals usually is."""


def _won(cycle_id: int) -> Select[int]:
    """Winners by the certified result alone; what a proposal's status says decides nothing."""
    return (
        select(ProposalResult.proposal_id)
        .join(CountRun, CountRun.id == ProposalResult.run_id)
        .where(
            CountRun.cycle_id == cycle_id, CountRun.state == "certified", ProposalResult.selected
        )
    )


def winners(session: Session, cycle_id: int) -> Sequence[tuple[Proposal, list[int]]]:
    """Winners of the certified result with the numbers of the projects each has already become."""
    rows = session.execute(
        select(Proposal, Project.number)
        .outerjoin(ProjectProposal, ProjectProposal.proposal_id == Proposal.id)
        .outerjoin(Project, Project.id == ProjectProposal.project_id)
        .where(Proposal.id.in_(_won(cycle_id)))
        .options(joinedload(Proposal.area))
        .order_by(Proposal.number, Project.number)
    )
    found: dict[int, tuple[Proposal, list[int]]] = {}
    for proposal, number in rows:
        entry = found.setdefault(proposal.id, (proposal, []))
        if number is not None:
            entry[1].append(number)
    return list(found.values())


def usual_promise(cycle: Cycle) -> date:
    """The last day of the delivery phase, else the end of the year after the cycle."""
    delivery = find_phase(cycle, PhaseKind.DELIVERY)
    return delivery.ends_at.date() if delivery else date(cycle.year + 1, 12, 31)


def preview(session: Session, cycle: Cycle, wish: Wish, promised_on: date) -> list[Piece]:
    """The projects that would be made; refuses what making them would refuse."""
    if certified_run(session, cycle.id) is None:
        raise Refusal("project.not_certified")
    voting = find_phase(cycle, PhaseKind.VOTING)
    if voting is not None and promised_on <= voting.ends_at.date():
        raise Refusal("project.before_vote", field="promised_on", earliest=_written(voting.ends_at))
    waiting = waiting_winners(session, cycle.id)
    _demand_as_certified(session, cycle.id, waiting)
    return pieces(waiting, promised_lines(session, waiting), wish)


def start_from_winners(
    session: Session,
    by: Signature,
    cycle: Cycle,
    *,
    promised_on: date | None = None,
    wish: Wish = Wish(),  # noqa: B008 (frozen)
) -> list[Project]:
    """Make the projects of every winner that is none yet; returns the new ones.

    Refuses (`project.not_certified`) before the result is certified, and a promised date that is
    not after the vote. A second call finds nothing left to do.
    """
    demand(by.actor, P.START_PROJECTS)
    promised = promised_on or usual_promise(cycle)
    session.execute(select(Cycle.id).order_by(Cycle.id).with_for_update(key_share=True)).all()
    planned_pieces = preview(session, cycle, wish, promised)
    number = next_number(session)
    managers = managers_by_area(session)
    types = {row.code: row.id for row in session.scalars(select(WorkType))}
    usual = templates(session)
    made = []
    for place, piece in enumerate(planned_pieces):
        project = _project(session, by, cycle, piece, promised, types)
        project.number = number + place
        project.manager_id = managers.get(project.area_id)
        project.milestones = planned(usual, project.work_type_id, by.at.date(), promised)
        made.append(project)
    session.add_all(made)
    session.flush()
    for project in made:
        _announce(session, by, project)
    return made


def _announce(session: Session, by: Signature, project: Project) -> None:
    audit.record(
        session,
        by,
        "project.started",
        ("project", project.id),
        cycle_id=project.cycle_id,
        proposal=project.proposal_id,
        proposals=[source.proposal_id for source in project.sources],
        promised_sum=project.promised_sum,
        promised_on=project.promised_on.isoformat(),
    )
    due = project.promised_on.isoformat()
    tell_followers(session, by, project, "project_started", due_on=due)


def next_number(session: Session) -> int:
    """The number after the last project's. Ask with the cycles locked."""
    return (session.scalar(select(func.coalesce(func.max(Project.number), 0))) or 0) + 1


def _written(moment: date) -> str:
    return moment.strftime("%d.%m.%Y")


def waiting_winners(session: Session, cycle_id: int) -> Sequence[Proposal]:
    """Winners that are no project yet."""
    taken = select(ProjectProposal.proposal_id)
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.id.in_(_won(cycle_id)),
            Proposal.id.not_in(taken),
        )
        .options(
            joinedload(Proposal.category),
            joinedload(Proposal.area),
            selectinload(Proposal.lines),
            selectinload(Proposal.pictures),
        )
        .order_by(Proposal.area_id, Proposal.number)
    ).all()


def _demand_as_certified(session: Session, cycle_id: int, waiting: Sequence[Proposal]) -> None:
    """Refuse (`project.result_differs`) a winner that is not what was voted on: its state, its
    price or its area was altered."""
    rows = session.execute(
        select(ProposalResult.proposal_id, ProposalResult.cost, ProposalResult.area_id)
        .join(CountRun, CountRun.id == ProposalResult.run_id)
        .where(CountRun.cycle_id == cycle_id, CountRun.state == "certified")
    )
    certified = {proposal_id: (cost, area_id) for proposal_id, cost, area_id in rows}
    for proposal in waiting:
        cost, area_id = certified[proposal.id]
        same_area = proposal.area_id in (None, area_id)
        if proposal.status != ProposalState.SELECTED or proposal.price != cost or not same_area:
            raise Refusal("project.result_differs", number=proposal.number)


def managers_by_area(session: Session) -> dict[int, int]:
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
    piece: Piece,
    promised_on: date,
    types: dict[str, int],
) -> Project:
    first = piece.proposals[0]
    category = first.category
    return Project(
        origin=Origin.PARTICIPATORY,
        sector=category.sector if category else "infrastructure",
        work_type_id=types.get(TYPE_OF.get(category.code, "")) if category else None,
        cycle_id=cycle.id,
        cycle=cycle,
        proposal_id=first.id,
        title=piece.title,
        summary="\n\n".join(proposal.solution for proposal in piece.proposals),
        category_id=first.category_id,
        area_id=_area_of(session, first),
        address=first.address,
        lat=first.lat,
        lon=first.lon,
        promised_sum=piece.sum,
        promised_on=promised_on,
        due_on=promised_on,
        created_at=by.at,
        updated_at=by.at,
        is_sample=first.is_sample,
        lines=[
            ProjectLine(
                title=line.title,
                unit=line.unit,
                unit_price=line.unit_price,
                promised=line.quantity,
                sort=sort,
            )
            for sort, line in enumerate(piece.lines)
        ],
        photos=[
            ProjectPhoto(file_id=picture.file_id, stage="before", caption=picture.caption, at=by.at)
            for proposal in piece.proposals
            for picture in proposal.pictures
            if picture.kind == "photo"
        ],
        proposal=first,
        sources=[
            ProjectProposal(proposal_id=proposal.id, part=piece.part)
            for proposal in piece.proposals
        ],
    )
