"""What those who deliver see in the sample city: types of work, milestones, contracts and payments
of works that come from no vote, and news a head has still to read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import null, select
from sqlalchemy.orm import Session, selectinload

from pb_portal.demo.people import People
from pb_portal.demo.projects import CONTRACTORS
from pb_portal.domain.project_states import PATH, ProjectState
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.places.models import Area
from pb_portal.projects import service
from pb_portal.projects.models import (
    Acceptance,
    Contract,
    ManagerSetting,
    MilestoneTemplate,
    Payment,
    Project,
    ProjectUpdate,
    WorkType,
)
from pb_portal.projects.service.contracts import stand
from pb_portal.projects.service.milestones import fulfil, planned, templates

# words of a title → type of work
TYPES = {
    "школ": "school",
    "мектеп": "school",
    "детск": "kindergarten",
    "балабақша": "kindergarten",
    "долголет": "active_ageing_centre",
    "ұзақ": "active_ageing_centre",
    "водопровод": "water_supply",
    "су құбыр": "water_supply",
    "канализац": "sewerage",
    "кәріз": "sewerage",
    "тепло": "heating_mains",
    "жылу": "heating_mains",
    "сквер": "square",
    "гүлзар": "square",
    "двор": "courtyard",
    "аула": "courtyard",
    "пешеход": "pedestrian_zone",
    "жаяу": "pedestrian_zone",
    "освещ": "lighting",
    "жарық": "lighting",
}
USUAL = {"industry": "production_site", "social": "special_institution"}
DISTRICT = "bostandyk"
SIGNED = PATH.index(ProjectState.CONTRACTED)


def load_delivery(session: Session, people: People, at: datetime, chance: Random) -> None:
    """Finish every sample project for the desk."""
    session.flush()
    types = {row.code: row.id for row in session.scalars(select(WorkType))}
    usual = templates(session)
    second = people.by_role["manager2"].id
    place = session.scalar(select(Area.id).where(Area.code == DISTRICT))
    projects = session.scalars(
        select(Project)
        .where(Project.is_sample)
        .options(
            selectinload(Project.events),
            selectinload(Project.milestones),
            selectinload(Project.payments),
        )
        .order_by(Project.number)
    ).all()
    for project in projects:
        if project.work_type_id is None:
            project.work_type_id = types.get(_type_of(project))
        if project.origin == "investor":
            project.funding, project.programme = "investor", "ТОО «Пример-Инвест»"
        elif project.origin == "city_programme":
            project.programme = "Программа развития города"
        if not project.milestones:
            _milestones(project, usual)
        if not project.contract_sum:
            _contract(session, project, at, chance)
        if project.area_id == place:
            project.manager_id = second
    _waiting_news(session, [p for p in projects if p.manager_id == second], second, at)
    service.check_ledger(session, Signature(SYSTEM, at), at)


def _type_of(project: Project) -> str:
    title = project.title.casefold()
    found = next((code for word, code in TYPES.items() if word in title), "")
    return found or USUAL.get(project.sector, "")


def _milestones(project: Project, usual: dict[int | None, list[MilestoneTemplate]]) -> None:
    start = project.created_at.date()
    project.milestones = planned(usual, project.work_type_id, start, project.promised_on)
    for event in project.events:
        fulfil(project, event.target, event.at.date())
    done = [row.sort for row in project.milestones if row.done_on]
    for row in project.milestones:
        # what stands before a step that was taken was done as well
        if row.done_on is None and done and row.sort < max(done):
            row.done_on = row.planned_on


def _contract(session: Session, project: Project, at: datetime, chance: Random) -> None:
    """The contract, payments as the works went on, and the act where they are finished."""
    signed = next((e.at for e in project.events if e.target == ProjectState.CONTRACTED), None)
    if signed is None:
        return
    name, number = chance.choice(CONTRACTORS)
    row = Contract(
        project_id=project.id,
        kind="contract",
        contractor=name,
        contractor_bin=number,
        number=f"{signed:%y}-{project.number:03d}",
        sum=project.promised_sum * chance.randint(90, 100) // 100,
        signed_on=signed.date(),
        ends_on=max(project.promised_on, signed.date()),
        procurement_url="",
        difference="Экономия по итогам конкурса.",
        recorded_at=signed,
    )
    session.add(row)
    stand(project, row)
    finished = next((e.at for e in project.events if e.target == ProjectState.COMPLETED), None)
    shares = (30, 40, 30) if finished else (30, 20)[: chance.randint(1, 2)]
    last = (finished or at).date()
    for place, share in enumerate(shares):
        day = min(signed.date() + timedelta(days=20 + 45 * place), last)
        paid = row.sum * share // 100
        if finished and place == len(shares) - 1:
            paid = row.sum - project.paid_sum
        _pay(session, project, paid, max(day, signed.date()))
    if finished:
        _accept(session, project, finished)


def _pay(session: Session, project: Project, sum: int, day: date) -> None:
    recorded = datetime.combine(day, datetime.min.time(), tzinfo=project.created_at.tzinfo)
    session.add(Payment(project_id=project.id, sum=sum, paid_on=day, recorded_at=recorded))
    project.paid_sum = (project.paid_sum or 0) + sum


def _accept(session: Session, project: Project, finished: datetime) -> None:
    project.accepted_on = project.accepted_on or finished.date()
    project.acceptance_act = project.acceptance_act or f"А-{project.number}"
    session.add(
        Acceptance(
            project_id=project.id,
            accepted_on=project.accepted_on,
            act=project.acceptance_act,
            recorded_at=finished,
        )
    )


def _waiting_news(session: Session, projects: list[Project], manager_id: int, at: datetime) -> None:
    """The head reads this manager's news first; one update waits."""
    session.add(ManagerSetting(person_id=manager_id, needs_approval=True))
    open_ones = [project for project in projects if project.status == ProjectState.WORKS]
    for project in open_ones[:1]:
        session.add(
            ProjectUpdate(
                project_id=project.id,
                author_id=manager_id,
                body="Уложили основание, завтра начинаем мощение. Проезд открыт.",
                progress=min(project.progress + 5, 95),
                at=at - timedelta(hours=3),
                published_at=null(),
            )
        )
