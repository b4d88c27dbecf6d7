"""Published reports: the list, one edition with its snapshot, its files, the one before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, undefer

from pb_portal.db import Missing
from pb_portal.reports.models import Report, ReportFile, ReportWithdrawal

MOST_LISTED = 200


def newest(session: Session) -> Sequence[Report]:
    """The newest edition of every report, the latest date first; withdrawn ones too."""
    return session.scalars(
        _last_editions().order_by(Report.on_date.desc(), Report.number.desc()).limit(MOST_LISTED)
    ).all()


def _last_editions() -> Select[Report]:
    later = aliased(Report)
    return select(Report).where(~select(later.id).where(later.replaces_id == Report.id).exists())


def get_report(session: Session, number: int, edition: int | None = None) -> Report:
    """This edition, or the newest one, with its snapshot; raises `Missing`."""
    query = select(Report).where(Report.number == number).options(undefer(Report.snapshot))
    if edition is not None:
        query = query.where(Report.edition == edition)
    found = session.scalars(query.order_by(Report.edition.desc()).limit(1)).first()
    if found is None:
        raise Missing("report")
    return found


def editions(session: Session, number: int) -> Sequence[Report]:
    """All editions of a report, newest first."""
    return session.scalars(
        select(Report).where(Report.number == number).order_by(Report.edition.desc())
    ).all()


def get_file(session: Session, number: int, edition: int, name: str) -> ReportFile:
    """One stored file; raises `Missing`."""
    found = session.scalars(
        select(ReportFile)
        .join(Report, Report.id == ReportFile.report_id)
        .where(Report.number == number, Report.edition == edition, ReportFile.name == name)
    ).one_or_none()
    if found is None:
        raise Missing("file")
    return found


def sizes(session: Session, report_id: int) -> dict[str, int]:
    """Name of each file → its length."""
    rows = session.execute(
        select(ReportFile.name, func.length(ReportFile.content)).where(
            ReportFile.report_id == report_id
        )
    )
    return {row[0]: row[1] for row in rows}


def before(session: Session, day: date, *, apart_from: int | None) -> Report | None:
    """The report to compare with: of the latest earlier date, not withdrawn, newest edition."""
    query = (
        _last_editions()
        .outerjoin(ReportWithdrawal, ReportWithdrawal.report_id == Report.id)
        .where(Report.on_date < day, ReportWithdrawal.id.is_(None))
        .options(undefer(Report.snapshot))
        .order_by(Report.on_date.desc(), Report.number.desc())
        .limit(1)
    )
    if apart_from is not None:
        query = query.where(Report.number != apart_from)
    return session.scalars(query).first()


def data_of(report: Report) -> dict[str, Any]:
    """The snapshot as data."""
    data: dict[str, Any] = json.loads(report.snapshot)
    return data
