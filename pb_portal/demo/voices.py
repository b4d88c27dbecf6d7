"""What residents of the sample city say to its projects: defects, questions, ratings; documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.demo.people import People
from pb_portal.demo.works import Album
from pb_portal.domain.project_states import ProjectState
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.projects.models import Issue, MailFollow, Project
from pb_portal.projects.service import documents, issues, ratings

# kind, days ago, words, place, what is answered: (days later, step, words, days given)
SAID: tuple[tuple[str, int, str, str, tuple[tuple[int, str, str, int], ...]], ...] = (
    ("defect", 34, "Плитка у входа шатается, вчера споткнулась пожилая женщина.", "У первого подъезда",
     ((4, "promised", "Подрядчик переложит плитку по гарантии.", 14), (15, "fixed", "Плитка переложена, шов проверен.", 0))),
    ("question", 9, "Будет ли освещение у нового тротуара?", "",
     ((3, "explained", "Да, шесть опор поставят до конца работ, они есть в смете.", 0),)),
    ("defect", 24, "Жаңбырдан кейін жолда шалшық тұрып қалады, су ағар жер жоқ.", "Аялдама жанында", ()),
    ("defect", 20, "У скамейки оторвана доска.", "Третья скамейка от дороги",
     ((5, "fixed", "Доску заменили.", 0),)),
    ("question", 3, "Когда откроют проход для колясок?", "", ()),
    ("defect", 12, "Саженцы засохли, полив не включают.", "Вдоль арыка",
     ((4, "promised", "Засохшие деревья заменим в сезон посадки.", 60),)),
    ("question", 40, "Почему срок сдвинулся второй раз?", "",
     ((6, "explained", "Конкурс не состоялся с первого раза. Новый договор подписан, дата на странице.", 0),)),
    ("defect", 6, "Фонарь мигает всю ночь.", "Напротив школы", ()),
    ("defect", 50, "Качели скрипят, болт вышел.", "Детская площадка",
     ((7, "fixed", "Болт затянут, узел смазан.", 0), (12, "reopened", "Через неделю скрипит снова.", 0),
      (16, "fixed", "Подшипник заменён.", 0))),
    ("question", 5, "Арық көпіршесі қашан салынады?", "", ()),
)  # fmt: skip
WORDS = (
    (5, "Стало светло и чисто, дети довольны."),
    (5, "Керемет шықты, рақмет!"),
    (4, "Хорошо, но мало урн."),
    (4, "Жақсы, бірақ көлеңке аз."),
    (3, "Сделали, но плитку положили с перепадом."),
    (5, ""),
    (4, ""),
    (2, "Обещали больше скамеек."),
)


def load_voices(
    session: Session,
    made: Sequence[Project],
    people: People,
    album: Album,
    root: Path,
    at: datetime,
    chance: Random,
) -> None:
    """Some answered in time, one overdue, one reopened; ratings of what is finished."""
    session.flush()
    built = [one for one in made if one.status == ProjectState.COMPLETED]
    under_way = [one for one in made if one.status == ProjectState.WORKS]
    open_to_defects = [*built[:7], *under_way]
    for number, said in enumerate(SAID):
        project = open_to_defects[number % len(open_to_defects)]
        _say(session, project, said, people, album, at)
    for project in built[::2]:
        _rate(session, project, people, at, chance)
    for project in built[:4]:
        _document(session, project, people, album, root, at)
    _letters(session, made[0], at)


def _neighbours(people: People, project: Project) -> list[Person]:
    return [one for one in people.residents if one.area_id == project.area_id]


def _say(
    session: Session,
    project: Project,
    said: tuple[str, int, str, str, tuple[tuple[int, str, str, int], ...]],
    people: People,
    album: Album,
    at: datetime,
) -> None:
    kind, ago, words, place, answers = said
    begun = at - timedelta(days=ago)
    near = _neighbours(people, project) or people.residents
    reporter = near[ago % len(near)]
    issue = issues.report(
        session,
        Signature(reporter.actor(), begun),
        project,
        kind,
        words,
        today=begun.date(),
        place=place,
    )
    if kind == "defect":
        code = project.category.code if project.category else "landscaping"
        issue.file, issue.photo_alt = album[code, "before"], words
    for later, step, text, days in answers:
        _take(session, issue, people, reporter, step, text, begun + timedelta(days=later), days)


def _take(
    session: Session,
    issue: Issue,
    people: People,
    reporter: Person,
    step: str,
    text: str,
    moment: datetime,
    days: int,
) -> None:
    session.flush()
    day = moment.date()
    if step == "reopened":
        issues.reopen(session, Signature(reporter.actor(), moment), issue.id, text, today=day)
        return
    by = Signature(people.by_role["manager"].actor(), moment)
    due = day + timedelta(days=days) if days else None
    issues.answer(session, by, issue.id, step, text, today=day, due_on=due)


def _rate(session: Session, project: Project, people: People, at: datetime, chance: Random) -> None:
    for one in _neighbours(people, project)[: chance.randint(3, 9)]:
        stars, words = chance.choice(WORDS)
        moment = at - timedelta(days=chance.randint(1, 20))
        ratings.rate(session, Signature(one.actor(), moment), project, stars=stars, comment=words)


def _document(
    session: Session, project: Project, people: People, album: Album, root: Path, at: datetime
) -> None:
    """A scheme as a PDF, drawn from the picture of the place."""
    code = project.category.code if project.category else "landscaping"
    buffer = BytesIO()
    with Image.open(files.path_of(root, album[code, "after"])) as picture:
        picture.convert("RGB").resize((600, 400)).save(buffer, "PDF")
    buffer.seek(0)
    read = files.read_document(buffer, f"Схема {project.number}.pdf", most_bytes=10**7)
    by = Signature(people.by_role["manager"].actor(), at - timedelta(days=60))
    documents.add_document(
        session, by, project, read, title="Схема благоустройства (пример)", root=root
    )


def _letters(session: Session, project: Project, at: datetime) -> None:
    """One follower without an account."""
    session.add(
        MailFollow(
            project_id=project.id,
            email="neighbour@sample.example",
            locale="kk",
            token="sample-neighbour-token",  # noqa: S106 - opens nothing but these letters
            rhythm="weekly",
            asked_at=at - timedelta(days=30),
            confirmed_at=at - timedelta(days=30),
            digested_at=at - timedelta(days=5),
        )
    )
