"""Projects of the sample city, in every state: winners of the past vote and works of other origin."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from PIL import Image
from sqlalchemy import delete
from sqlalchemy.orm import Session

from config import private_file, private_folder
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase
from pb_portal.demo.cycles import City
from pb_portal.demo.people import People
from pb_portal.demo.reports import republic_day
from pb_portal.demo.texts import SHIFTS, UPDATES
from pb_portal.demo.voices import load_voices
from pb_portal.demo.works import Album, load_works
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.project_states import PATH, ProjectState
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.files.models import StoredFile
from pb_portal.outbox.models import Letter
from pb_portal.projects import service
from pb_portal.projects.models import Project, ProjectPhoto, ProjectUpdate

PICTURES = Path(__file__).parent / "pictures"
CONTRACTORS = (
    ("ТОО «Пример-Строй»", "000140000012"),
    ("ТОО «Образец Благоустройство»", "000240000026"),
    ("ТОО «Үлгі Жол»", "000340000038"),
    ("ТОО «Мысал Green»", "000440000043"),
)
# the last state of each winner in turn; the rest are completed
ENDS = (
    ProjectState.COMPLETED, ProjectState.WORKS, ProjectState.COMPLETED, ProjectState.COMPLETED,
    ProjectState.CONTRACTED, ProjectState.COMPLETED, ProjectState.ACCEPTANCE,
    ProjectState.COMPLETED, ProjectState.SUSPENDED, ProjectState.COMPLETED,
    ProjectState.PROCUREMENT, ProjectState.COMPLETED, ProjectState.CANCELLED,
    ProjectState.COMPLETED, ProjectState.WORKS, ProjectState.COMPLETED, ProjectState.DESIGN,
    ProjectState.COMPLETED, ProjectState.CARRIED_OVER, ProjectState.COMPLETED,
    ProjectState.PLANNED,
)  # fmt: skip
PACE = {
    ProjectState.DESIGN: 20,
    ProjectState.PROCUREMENT: 55,
    ProjectState.CONTRACTED: 105,
    ProjectState.WORKS: 130,
    ProjectState.ACCEPTANCE: 215,
    ProjectState.COMPLETED: 235,
}
"""Days from the start to each state, before each project's own luck."""


def load_projects(
    session: Session,
    city: City,
    cycle: Cycle,
    people: People,
    root: Path,
    at: datetime,
    chance: Random,
) -> Album:
    """Turn winners into projects and walk each to its end; add works of other origin.

    Returns the stored pictures.
    """
    voting = find_phase(cycle, PhaseKind.VOTING)
    assert voting is not None
    start = voting.ends_at + timedelta(days=8)
    secretary = people.by_role["secretary"].actor()
    promised = (at - timedelta(days=28)).date()
    load_works(session, city, people, at, chance)
    made = service.start_from_winners(
        session, Signature(secretary, start), cycle, promised_on=promised
    )
    album = _album(session, root, at)
    for number, project in enumerate(made):
        project.is_sample = True
        project.manager_id = people.by_role["manager"].id
        _walk(session, project, ENDS[number % len(ENDS)], people, album, start, at, chance)
    load_voices(session, made, people, album, root, at, chance)
    _forget_old_letters(session, people)
    return album


def _album(session: Session, root: Path, at: datetime) -> Album:
    pictures = {}
    for path in sorted(PICTURES.glob("*.jpg")):
        code, _, stage = path.stem.rpartition("-")
        with Image.open(path) as picture:
            width, height = picture.size
        stored = StoredFile(
            key=files.new_key(),
            media_type="image/jpeg",
            size=path.stat().st_size,
            width=width,
            height=height,
            public=True,
            created_at=at,
        )
        target = files.path_of(root, stored)
        private_folder(target.parent)
        shutil.copyfile(path, private_file(target))
        session.add(stored)
        pictures[code, stage] = stored
    session.flush()
    return pictures


def _walk(
    session: Session,
    project: Project,
    end: ProjectState,
    people: People,
    album: Album,
    start: datetime,
    at: datetime,
    chance: Random,
) -> None:
    """Take the project along the usual path to its end, with what each step needs."""
    manager = people.by_role["manager"].actor()
    pace = chance.uniform(0.75, 1.35)
    on_path = end if end in PATH else chance.choice(PATH[1:5])
    _photo(project, album, "before", start)
    moment = start
    for state in PATH[1 : PATH.index(on_path) + 1]:
        moment = min(start + timedelta(days=PACE[state] * pace), at - timedelta(days=2))
        if state == ProjectState.COMPLETED:
            moment = _apart(moment, at)
        by = Signature(manager, moment)
        if state == ProjectState.CONTRACTED:
            _contract(session, by, project, chance)
        if state == ProjectState.WORKS:
            _first_payment(session, by, project)
            _news(session, project, manager_id=people.by_role["manager"].id, since=moment, at=at)
        if state == ProjectState.COMPLETED:
            _accept(session, by, project, album, chance)
        service.change_status(session, by, project, state, today=moment.date())
    if end not in PATH:
        moment = min(moment + timedelta(days=20), at)
        new_date = _after(project, at) + timedelta(days=200)
        _leave_path(session, project, end, manager, moment, new_date)
    elif end != ProjectState.COMPLETED:
        by = Signature(manager, at - timedelta(days=35))
        reason = chance.choice(SHIFTS)[_language(project)]
        later = _after(project, at) + timedelta(days=chance.randint(40, 110))
        service.shift_date(session, by, project, new_date=later, reason=reason, today=by.at.date())


def _apart(moment: datetime, at: datetime) -> datetime:
    """Not in the days between the report for Republic Day and the day itself: it could not know."""
    day, week = republic_day(at.date()), timedelta(days=8)
    return moment - week if day - week < moment.date() <= day else moment


def _after(project: Project, at: datetime) -> date:
    """The later of the date promised now and Republic Day: what is late is not ready by then."""
    return max(project.due_on, republic_day(at.date()))


def _language(project: Project) -> str:
    return project.proposal.language if project.proposal else "ru"


def _photo(project: Project, album: Album, stage: str, at: datetime) -> None:
    code = project.category.code if project.category else "landscaping"
    project.photos.append(ProjectPhoto(file=album[code, stage], stage=stage, at=at))


def _contract(session: Session, by: Signature, project: Project, chance: Random) -> None:
    name, number = chance.choice(CONTRACTORS)
    price = round(project.promised_sum * chance.uniform(0.88, 1.0), -3)
    service.record_contract(
        session,
        by,
        project,
        service.Terms(
            contractor=name,
            contractor_bin=number,
            number=f"{by.at:%y}-{project.number:03d}",
            sum=max(1, int(price)),
            signed_on=by.at.date() - timedelta(days=1),
            difference="Экономия по итогам конкурса.",
        ),
        today=by.at.date(),
    )


def _first_payment(session: Session, by: Signature, project: Project) -> None:
    assert project.contract_sum is not None
    service.record_payment(
        session,
        by,
        project,
        sum=project.contract_sum * 3 // 10,
        paid_on=by.at.date(),
        note="Аванс 30 %",
        today=by.at.date(),
    )


def _news(
    session: Session, project: Project, *, manager_id: int, since: datetime, at: datetime
) -> None:
    """Updates every few weeks while the works go on."""
    moment = since
    for progress, words in UPDATES[:-1]:
        moment += timedelta(days=19)
        if moment >= at:
            break
        session.add(
            ProjectUpdate(
                project_id=project.id,
                author_id=manager_id,
                body=words[_language(project)],
                progress=progress,
                at=moment,
            )
        )
        project.progress = progress
        project.news_at = moment


def _accept(
    session: Session, by: Signature, project: Project, album: Album, chance: Random
) -> None:
    """The act of acceptance; one time in eight a line came out smaller than promised."""
    delivered: dict[int, tuple[int, str]] = {}
    for line in project.lines:
        if chance.random() < 0.12:
            smaller = line.promised * chance.randint(60, 95) // 100
            delivered[line.id] = (smaller, "Часть участка занята охранной зоной сетей.")
        else:
            delivered[line.id] = (line.promised, "")
    today = by.at.date()
    service.record_acceptance(
        session,
        by,
        project,
        accepted_on=today,
        act=f"{project.number}",
        delivered=delivered,
        late_reason="Подрядчик ждал материалы, работы сдвинулись на весну.",
        today=today,
    )
    assert project.contract_sum is not None
    service.record_payment(
        session,
        by,
        project,
        sum=project.contract_sum - project.paid_sum,
        paid_on=today,
        note="Окончательный расчёт",
        today=today,
    )
    _photo(project, album, "after", by.at)
    words = UPDATES[-1][1][_language(project)]
    service.post_update(session, by, project, body=words, progress=100)


def _leave_path(
    session: Session,
    project: Project,
    end: ProjectState,
    manager: object,
    moment: datetime,
    new_date: date,
) -> None:
    reasons = {
        ProjectState.SUSPENDED: "Ждём перенос кабеля энергетиками.",
        ProjectState.CANCELLED: "Участок отошёл под строительство школы; деньги вернутся в бюджет района.",
        ProjectState.CARRIED_OVER: "Конкурс не состоялся дважды, объявим снова в начале года.",
    }
    service.change_status(
        session,
        Signature(manager, moment),  # type: ignore[arg-type]
        project,
        end,
        reason=reasons[end],
        new_date=None if end == ProjectState.CANCELLED else new_date,
        today=moment.date(),
    )


def _forget_old_letters(session: Session, people: People) -> None:
    """The letter box starts with the demo resident's letters only."""
    session.flush()
    session.execute(delete(Letter).where(Letter.recipient != people.by_role["resident"].email))
