"""Spreadsheets of many projects or many updates: checked row by row, kept, then applied whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import words
from pb_portal.projects.models import Project, SheetUpload
from pb_portal.projects.rules import FINISHED
from pb_portal.projects.service.guard import may_change
from pb_portal.projects.service.news import post_update
from pb_portal.projects.service.works import Work, add_works, faults, known

LONGEST_NEWS = 2000


@dataclass(frozen=True)
class Fault:
    """One sentence about one row of a sheet."""

    row: int
    refusal: Refusal


@dataclass(frozen=True)
class News:
    """A row of a sheet of updates."""

    number: int | None
    body: str
    progress: int | None


def check_works(
    session: Session, by: Signature, rows: Sequence[tuple[int, Work]], today: date
) -> list[Fault]:
    """Everything that is wrong, row by row; a title that stands twice in the sheet as well."""
    facts = known(session)
    found = []
    seen: dict[tuple[str, int | None], int] = {}
    for number, work in rows:
        found += [Fault(number, wrong) for wrong in faults(by, work, facts, today)]
        key = (" ".join(words(work.title)), work.area_id)
        if work.title and key in seen:
            wrong = Refusal("project.row_twice", field="title", row=seen[key])
            found.append(Fault(number, wrong))
        seen.setdefault(key, number)
    return found


def check_news(session: Session, by: Signature, rows: Sequence[tuple[int, News]]) -> list[Fault]:
    """Everything that is wrong with updates, row by row."""
    numbers = [news.number for _, news in rows if news.number is not None]
    projects = {
        project.number: project
        for project in session.scalars(select(Project).where(Project.number.in_(numbers)))
    }
    return [
        Fault(number, wrong)
        for number, news in rows
        for wrong in _wrong_news(by, news, projects.get(news.number or 0))
    ]


def _wrong_news(by: Signature, news: News, project: Project | None) -> list[Refusal]:
    found = []
    if project is None:
        found.append(Refusal("project.row_nobody", field="number"))
    elif not may_change(by.actor, project):
        found.append(Refusal("project.row_other", field="number"))
    elif project.status in FINISHED:
        found.append(Refusal("project.finished", field="number"))
    if not news.body:
        found.append(Refusal("project.update_empty", field="body"))
    elif len(news.body) > LONGEST_NEWS:
        found.append(Refusal("project.text_long", field="body"))
    if news.progress is None or not 0 <= news.progress <= 100:
        found.append(Refusal("project.progress_wrong", field="progress"))
    return found


def keep_sheet(
    session: Session, by: Signature, kind: str, rows: Sequence[Work | News]
) -> SheetUpload:
    """Keep a clean sheet until its owner confirms it."""
    assert by.actor.person_id is not None
    upload = SheetUpload(
        kind=kind,
        owner_id=by.actor.person_id,
        rows=[
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in asdict(row).items()
            }
            for row in rows
        ],
        at=by.at,
    )
    session.add(upload)
    session.flush()
    return upload


def get_sheet(session: Session, by: Signature, upload_id: int, kind: str) -> SheetUpload:
    """One's own sheet of this kind; raises `Missing`."""
    upload = session.get(SheetUpload, upload_id, with_for_update=True)
    if upload is None or upload.kind != kind or upload.owner_id != by.actor.person_id:
        raise Missing("sheet")
    return upload


def apply_works(session: Session, by: Signature, upload: SheetUpload, *, today: date) -> int:
    """Enter the projects of a kept sheet; a second time does nothing. Returns how many."""
    if upload.applied_at is not None:
        return 0
    works = [
        Work(**{**row, "promised_on": date.fromisoformat(row["promised_on"])})
        for row in upload.rows
    ]
    made = add_works(session, by, works, today=today)
    _applied(session, by, upload, len(made))
    return len(made)


def apply_news(
    session: Session, by: Signature, upload: SheetUpload, *, head_first: bool = False
) -> int:
    """Publish the updates of a kept sheet, or send them to the head; a second time does nothing."""
    if upload.applied_at is not None:
        return 0
    rows = [News(**row) for row in upload.rows]
    numbers = [row.number for row in rows]
    projects = {
        project.number: project
        for project in session.scalars(
            select(Project).where(Project.number.in_(numbers)).with_for_update()
        )
    }
    for place, row in enumerate(rows):
        project = projects.get(row.number or 0)
        if project is None or row.progress is None:
            raise Forbidden("deliver")
        post_update(
            session,
            by,
            project,
            body=row.body,
            progress=row.progress,
            sent_key=f"sheet-{upload.id}-{place}",
            head_first=head_first,
        )
    _applied(session, by, upload, len(rows))
    return len(rows)


def _applied(session: Session, by: Signature, upload: SheetUpload, rows: int) -> None:
    upload.applied_at = by.at
    audit.record(
        session, by, "project.sheet_applied", ("sheet", upload.id), kind=upload.kind, rows=rows
    )
