"""Published reports without what was taken down since. Their rows never change, so the public gets
the snapshot with tombstones in it, and files typeset from that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.domain.placeholders import TAKEN_DOWN_MARK
from pb_portal.projects.models import Project, ProjectProposal
from pb_portal.reports import papers, snapshot
from pb_portal.reports.models import Report, ReportFile
from pb_portal.reports.queries import published
from pb_portal.takedowns.models import TakeDown

PICTURES = ("project_photo", "project_update", "proposal_photo", "proposal")
_made: dict[tuple[int, str], dict[str, tuple[str, bytes]]] = {}
MOST_MADE = 8


@dataclass(frozen=True)
class Shown:
    """A snapshot for the public, and the numbers of projects of which something is withheld."""

    data: dict[str, Any]
    text: str
    numbers: frozenset[int]


def shown(session: Session, report: Report) -> Shown:
    """The snapshot as everybody may read it now."""
    data = published.data_of(report)
    rows = [*data["projects"], *data["late"]]
    numbers = {row["number"] for row in rows}
    texts = set(
        session.scalars(
            select(Project.number).where(
                Project.number.in_(numbers), Project.title == TAKEN_DOWN_MARK
            )
        )
    )
    pictures = texts | _without_pictures(session, numbers)
    for row in rows:
        if row["number"] in texts:
            row["title"], row["address"] = TAKEN_DOWN_MARK, ""
        if row["number"] in pictures:
            row["picture"] = None
    if not pictures:
        return Shown(data, report.snapshot, frozenset())
    return Shown(data, snapshot.canonical(data), frozenset(pictures))


def _without_pictures(session: Session, numbers: set[int]) -> set[int]:
    """Projects of which a photo, or the proposal they come from, is down."""
    sources = select(ProjectProposal.project_id).join(
        TakeDown,
        (TakeDown.on_type == "proposal") & (TakeDown.on_id == ProjectProposal.proposal_id),
    )
    own = select(TakeDown.on_id).where(TakeDown.on_type == "project")
    down = (TakeDown.restored_at.is_(None), TakeDown.subject_type.in_(PICTURES))
    query = select(Project.number).where(
        Project.number.in_(numbers),
        or_(Project.id.in_(own.where(*down)), Project.id.in_(sources.where(*down))),
    )
    return set(session.scalars(query))


def file_of(session: Session, report: Report, stored: ReportFile) -> tuple[str, bytes]:
    """A file of the report: as it was stored, or made anew where something is withheld."""
    now = shown(session, report)
    if not now.numbers:
        return stored.media_type, stored.content
    rows = [*now.data["projects"], *now.data["late"]]
    pictures = {row["picture"] for row in rows if row["picture"]}
    if stored.media_type == "image/jpeg":
        if stored.name not in pictures:
            raise Missing("file")
        return stored.media_type, stored.content
    key = (report.id, snapshot.digest_of(now.text))
    if key not in _made:
        if len(_made) >= MOST_MADE:
            _made.clear()
        _made[key] = papers.render(now.text, _contents(session, report.id, pictures))
    return _made[key][stored.name]


def _contents(session: Session, report_id: int, names: set[str]) -> dict[str, bytes]:
    rows = session.execute(
        select(ReportFile.name, ReportFile.content).where(
            ReportFile.report_id == report_id, ReportFile.name.in_(names)
        )
    )
    return {row[0]: row[1] for row in rows}
