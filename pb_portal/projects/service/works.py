"""Projects that come from no vote: the city programme and investors, by a form or a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, demand, may
from pb_portal.domain.project_states import Origin, Sector
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import words
from pb_portal.places.models import Area
from pb_portal.projects.models import Project, ProjectLine, WorkType
from pb_portal.projects.service.milestones import Templates, planned, templates
from pb_portal.projects.service.plan import FARTHEST
from pb_portal.projects.service.start import managers_by_area, next_number

FUNDING = ("city_budget", "national_budget", "investor")
ORIGINS = (Origin.CITY_PROGRAMME, Origin.INVESTOR)
UNITS = ("piece", "m", "m2", "m3", "set")
MOST_MONEY = 10**15
MOST_QUANTITY = 10**10


@dataclass(frozen=True)
class Work:
    """What is known of a project when it is entered. Codes that are not known are empty."""

    title: str
    origin: str
    funding: str
    sector: str
    work_type_id: int | None
    area_id: int | None
    promised_sum: int | None
    promised_on: date | None
    programme: str = ""
    address: str = ""
    summary: str = ""
    lat: float | None = None
    lon: float | None = None
    line_title: str = ""
    line_unit: str = ""
    line_quantity: int | None = None


@dataclass(frozen=True)
class Known:
    """What a work is checked against, read once for a whole sheet."""

    types: dict[int, WorkType]
    areas: dict[int, Area]
    there: dict[tuple[str, int], int]
    """Number of the project that has this title in this district already."""
    usual: Templates
    managers: dict[int, int]


def known(session: Session) -> Known:
    """Read the dictionaries and what is there already."""
    rows = session.execute(select(Project.title, Project.area_id, Project.number))
    return Known(
        {row.id: row for row in session.scalars(select(WorkType))},
        {row.id: row for row in session.scalars(select(Area))},
        {(_same(title), area_id): number for title, area_id, number in rows},
        templates(session),
        managers_by_area(session),
    )


def _same(title: str) -> str:
    return " ".join(words(title))


def faults(by: Signature, work: Work, facts: Known, today: date) -> list[Refusal]:
    """Everything that is wrong with a work, each beside its field."""
    found = [*_wrong_words(by, work, facts), *_wrong_figures(work, today)]
    number = facts.there.get((_same(work.title), work.area_id or 0))
    if work.title and number is not None:
        found.append(Refusal("project.there_already", field="title", number=number))
    return found


def _wrong_words(by: Signature, work: Work, facts: Known) -> Iterable[Refusal]:
    kind = facts.types.get(work.work_type_id or 0)
    if not 3 <= len(work.title) <= 200:
        yield Refusal("project.title_wrong", field="title")
    if work.origin not in ORIGINS:
        yield Refusal("project.origin_wrong", field="origin")
    if work.funding not in FUNDING:
        yield Refusal("project.funding_wrong", field="funding")
    if work.sector not in set(Sector):
        yield Refusal("project.sector_wrong", field="sector")
    elif work.work_type_id is not None and (kind is None or kind.sector != work.sector):
        yield Refusal("project.type_wrong", field="work_type")
    if work.area_id not in facts.areas:
        yield Refusal("project.area_wrong", field="area")
    elif not may(by.actor, P.DELIVER, area_id=work.area_id):
        yield Refusal("project.area_other", field="area")
    if len(work.address) > 300 or len(work.programme) > 300 or len(work.summary) > 4000:
        yield Refusal("project.text_long", field="address")


def _wrong_figures(work: Work, today: date) -> Iterable[Refusal]:
    if work.promised_sum is None or not 0 < work.promised_sum < MOST_MONEY:
        yield Refusal("project.sum_zero", field="promised_sum")
    if work.promised_on is None or not today < work.promised_on <= today + FARTHEST:
        yield Refusal("project.promise_wrong", field="promised_on")
    if (work.lat is None) != (work.lon is None) or not (
        -90 <= (work.lat or 0) <= 90 and -180 <= (work.lon or 0) <= 180
    ):
        yield Refusal("project.place_wrong", field="lat")
    said = (bool(work.line_title), bool(work.line_unit), work.line_quantity is not None)
    if any(said) and not all(said):
        yield Refusal("project.line_whole", field="line_title")
    elif all(said) and (
        work.line_unit not in UNITS or not 0 < (work.line_quantity or 0) <= MOST_QUANTITY
    ):
        yield Refusal("project.line_wrong", field="line_quantity")


def add_works(
    session: Session, by: Signature, works: Sequence[Work], *, today: date
) -> list[Project]:
    """Enter these projects, all or none; the first fault of any of them is raised."""
    session.execute(select(Cycle.id).order_by(Cycle.id).with_for_update(key_share=True)).all()
    facts = known(session)
    number = next_number(session)
    made = []
    for place, work in enumerate(works):
        demand(by.actor, P.DELIVER, area_id=work.area_id)
        wrong = faults(by, work, facts, today)
        if wrong:
            raise wrong[0]
        project = _project(by, work, facts)
        project.number = number + place
        made.append(project)
        facts.there[_same(work.title), project.area_id] = project.number
    session.add_all(made)
    session.flush()
    for project in made:
        audit.record(
            session,
            by,
            "project.started",
            ("project", project.id),
            origin=project.origin,
            promised_sum=project.promised_sum,
            promised_on=project.promised_on.isoformat(),
        )
    return made


def _project(by: Signature, work: Work, facts: Known) -> Project:
    assert work.area_id is not None
    assert work.promised_sum is not None
    assert work.promised_on is not None
    return Project(
        origin=work.origin,
        funding=work.funding,
        programme=work.programme,
        sector=work.sector,
        work_type_id=work.work_type_id,
        title=work.title,
        summary=work.summary,
        area_id=work.area_id,
        address=work.address,
        lat=work.lat,
        lon=work.lon,
        manager_id=facts.managers.get(work.area_id) or by.actor.person_id,
        promised_sum=work.promised_sum,
        promised_on=work.promised_on,
        due_on=work.promised_on,
        created_at=by.at,
        updated_at=by.at,
        lines=_lines(work),
        milestones=planned(facts.usual, work.work_type_id, by.at.date(), work.promised_on),
    )


def _lines(work: Work) -> list[ProjectLine]:
    if work.line_quantity is None:
        return []
    names = {language: work.line_title for language in ("kk", "ru", "en")}
    return [
        ProjectLine(title=names, unit=work.line_unit, unit_price=0, promised=work.line_quantity)
    ]
