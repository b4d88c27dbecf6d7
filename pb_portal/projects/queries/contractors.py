"""Contractors, told apart by their BIN: their projects, delays and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.db import Missing
from pb_portal.projects.models import Contract, Issue, Project
from pb_portal.projects.queries.filtered import late_clause
from pb_portal.projects.rules import FINISHED

MOST = 500


@dataclass(frozen=True)
class Contractor:
    """A contractor in figures."""

    key: int
    """Stands for the BIN in addresses, since an entrepreneur's is personal."""
    bin: str
    name: str
    projects: int
    open: int
    late: int
    shifted: int
    """Accepted or due later than first promised."""
    contracted: int
    paid: int
    defects: int
    open_defects: int


def contractors(session: Session, today: date, *, bin: str = "") -> list[Contractor]:
    """Everybody with a contract, the most money first."""
    query = (
        select(
            Project.contractor_bin,
            func.max(Project.contractor),
            func.count(),
            func.sum(case((Project.status.not_in(FINISHED), 1), else_=0)),
            func.sum(case((late_clause(today), 1), else_=0)),
            func.sum(
                case(
                    (func.coalesce(Project.accepted_on, Project.due_on) > Project.promised_on, 1),
                    else_=0,
                )
            ),
            func.coalesce(func.sum(Project.contract_sum), 0),
            func.coalesce(func.sum(Project.paid_sum), 0),
        )
        .where(Project.contractor_bin != "")
        .group_by(Project.contractor_bin)
        .order_by(func.sum(Project.contract_sum).desc(), Project.contractor_bin)
        .limit(MOST)
    )
    if bin:
        query = query.where(Project.contractor_bin == bin)
    defects = _defects(session, bin)
    keys = _keys(session, bin)
    return [
        Contractor(
            keys.get(row[0], 0),
            row[0],
            row[1],
            int(row[2]),
            int(row[3]),
            int(row[4]),
            int(row[5]),
            int(row[6]),
            int(row[7]),
            *defects.get(row[0], (0, 0)),
        )
        for row in session.execute(query)
    ]


def _keys(session: Session, bin: str) -> dict[str, int]:
    query = select(Contract.contractor_bin, func.min(Contract.id)).group_by(Contract.contractor_bin)
    if bin:
        query = query.where(Contract.contractor_bin == bin)
    return {row[0]: row[1] for row in session.execute(query)}


def _defects(session: Session, bin: str) -> dict[str, tuple[int, int]]:
    query = (
        select(
            Project.contractor_bin,
            func.count(),
            func.sum(case((Issue.state != "closed", 1), else_=0)),
        )
        .join(Project, Project.id == Issue.project_id)
        .where(Issue.kind == "defect", Issue.hidden_at.is_(None), Project.contractor_bin != "")
        .group_by(Project.contractor_bin)
    )
    if bin:
        query = query.where(Project.contractor_bin == bin)
    return {row[0]: (row[1], int(row[2])) for row in session.execute(query)}


def get_contractor(session: Session, key: int, today: date) -> Contractor:
    """One of them; raises `Missing`."""
    bin = session.scalar(select(Contract.contractor_bin).where(Contract.id == key))
    found = contractors(session, today, bin=bin) if bin else []
    if not found:
        raise Missing("contractor")
    return found[0]


def projects_of(session: Session, bin: str) -> Sequence[Project]:
    """The contractor's projects, the earliest due first."""
    query = (
        select(Project)
        .where(Project.contractor_bin == bin)
        .options(joinedload(Project.area), joinedload(Project.cycle))
        .order_by(Project.due_on, Project.id)
        .limit(MOST)
    )
    return session.scalars(query).unique().all()


def names_of(session: Session, bin: str) -> list[str]:
    """Every name contracts gave to this BIN, the newest first."""
    rows = session.execute(
        select(Contract.contractor, func.max(Contract.id))
        .where(Contract.contractor_bin == bin)
        .group_by(Contract.contractor)
        .order_by(func.max(Contract.id).desc())
    )
    return [name for name, _ in rows]
