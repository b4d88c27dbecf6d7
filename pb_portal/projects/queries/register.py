"""The public register: pages of the list, columns of the board, rows of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, joinedload

from pb_portal.domain.project_states import OFFICIAL_WORD, ProjectState
from pb_portal.files.models import StoredFile
from pb_portal.projects.models import Project, ProjectPhoto
from pb_portal.projects.queries.filtered import Wanted

PAGE = 24
ON_BOARD = 8
"""Projects in a column of the board before a link leads to all of them."""
WITH_CARD = (
    joinedload(Project.area),
    joinedload(Project.category),
    joinedload(Project.cycle),
)


@dataclass(frozen=True)
class Shown:
    """One page: rows newest number first, keys of the pages around it, and a picture for each."""

    rows: Sequence[Project]
    older: int | None
    newer: int | None
    pictures: dict[int, StoredFile]


def page(
    session: Session,
    wanted: Wanted,
    today: date,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Shown:
    """Projects with a number under `before`, or the page just over `after`."""
    query = wanted.apply(select(Project.id), today)
    order = Project.number.desc()
    if after is not None:
        query, order = query.where(Project.number > after), Project.number.asc()
    elif before is not None:
        query = query.where(Project.number < before)
    # Only ids are sorted and cut; the rows, which are wide, are fetched for one page.
    ids = query.order_by(order).limit(PAGE + 1).subquery()
    rows_of = select(Project).where(Project.id.in_(select(ids.c.id))).options(*WITH_CARD)
    found = list(session.scalars(rows_of.order_by(order)).unique())
    more, rows = len(found) > PAGE, found[:PAGE]
    if after is not None:
        rows.reverse()
        older, newer = True, more
    else:
        older, newer = more, before is not None
    return Shown(
        rows,
        rows[-1].number if rows and older else None,
        rows[0].number if rows and newer else None,
        pictures_of(session, [row.id for row in rows]),
    )


def board(session: Session, wanted: Wanted, today: date) -> Shown:
    """The newest of each public state, in one page."""
    newest = [
        wanted.apply(select(Project.id, Project.number, Project.status), today)
        .where(Project.status == state)
        .order_by(Project.number.desc())
        .limit(ON_BOARD)
        .subquery()
        for state in OFFICIAL_WORD
    ]
    found = session.execute(union_all(*(select(state) for state in newest)))
    columns: dict[str, list[tuple[int, int]]] = {}
    for project_id, number, state in found:
        columns.setdefault(OFFICIAL_WORD[ProjectState(state)], []).append((number, project_id))
    ids = [one for rows in columns.values() for _, one in sorted(rows, reverse=True)[:ON_BOARD]]
    rows = list(
        session.scalars(
            select(Project)
            .where(Project.id.in_(ids))
            .options(*WITH_CARD)
            .order_by(Project.number.desc())
        ).unique()
    )
    return Shown(rows, None, None, pictures_of(session, [row.id for row in rows]))


def pictures_of(session: Session, ids: Sequence[int]) -> dict[int, StoredFile]:
    """The picture to show for each project: the newest, best of all after the works."""
    worth = {"before": 0, "during": 1, "after": 2}
    newest = (
        select(func.max(ProjectPhoto.id))
        .where(ProjectPhoto.project_id.in_(ids), ProjectPhoto.published)
        .group_by(ProjectPhoto.project_id, ProjectPhoto.stage)
    )
    rows = session.execute(
        select(ProjectPhoto.project_id, ProjectPhoto.stage, StoredFile)
        .join(StoredFile, StoredFile.id == ProjectPhoto.file_id)
        .where(ProjectPhoto.id.in_(newest), StoredFile.public)
    ).all()
    ranked = sorted(rows, key=lambda row: worth[row[1]])
    return {row[0]: row[2] for row in ranked}


def export(session: Session, wanted: Wanted, today: date) -> Iterator[Project]:
    """Every matching project, newest number first."""
    query = (
        wanted.apply(select(Project), today)
        .options(*WITH_CARD, joinedload(Project.work_type))
        .order_by(Project.number.desc())
    )
    yield from session.scalars(query).unique()
