"""Publishing a report, correcting it by a new edition, taking it back. Nothing is ever edited."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.reports.edition import Made, digest_of_file
from pb_portal.reports.models import Report, ReportFile, ReportWithdrawal

SHORTEST_REASON = 10


def publish(session: Session, by: Signature, made: Made, *, is_sample: bool = False) -> Report:
    """A new report, number one higher than the last."""
    demand(by.actor, P.PUBLISH_REPORTS)
    number = (session.scalar(select(func.max(Report.number))) or 0) + 1
    report = _report(by, made, number=number, edition=1, is_sample=is_sample)
    return _keep(session, by, made, report, "report.published")


def correct(session: Session, by: Signature, made: Made, old: Report, *, reason: str) -> Report:
    """A new edition that says what was wrong in `old`, which stays as it is."""
    demand(by.actor, P.PUBLISH_REPORTS)
    need_reason(reason)
    report = _report(by, made, number=old.number, edition=old.edition + 1, is_sample=old.is_sample)
    report.replaces_id = old.id
    report.reason = reason
    return _keep(session, by, made, report, "report.corrected", reason=reason)


def withdraw(session: Session, by: Signature, report: Report, *, reason: str) -> ReportWithdrawal:
    """Take a report back: its page then says so, and why, over everything else."""
    demand(by.actor, P.PUBLISH_REPORTS)
    need_reason(reason)
    row = ReportWithdrawal(
        report_id=report.id, reason=reason, at=by.at, withdrawn_by=by.actor.person_id
    )
    _insert(session, row)
    audit.record(session, by, "report.withdrawn", ("report", report.id), reason=reason)
    return row


def need_reason(reason: str) -> None:
    """Refuse a correction or a withdrawal without a sentence of why."""
    if len(reason) < SHORTEST_REASON:
        raise Refusal("report.need_reason", field="reason")


def _report(by: Signature, made: Made, *, number: int, edition: int, is_sample: bool) -> Report:
    return Report(
        number=number,
        edition=edition,
        title=made.data["title"],
        on_date=made.choice.day,
        total=made.data["counts"]["total"],
        snapshot=made.text,
        digest=made.digest,
        published_at=by.at,
        published_by=by.actor.person_id,
        is_sample=is_sample,
    )


def _keep(
    session: Session, by: Signature, made: Made, report: Report, action: str, *, reason: str = ""
) -> Report:
    _insert(session, report)
    session.add_all(
        ReportFile(
            report_id=report.id,
            name=name,
            media_type=media_type,
            digest=digest_of_file(content),
            content=content,
        )
        for name, (media_type, content) in made.files.items()
    )
    session.flush()
    audit.record(
        session,
        by,
        action,
        ("report", report.id),
        reason=reason,
        number=report.number,
        edition=report.edition,
        total=report.total,
        digest=report.digest,
    )
    return report


def _insert(session: Session, row: Report | ReportWithdrawal) -> None:
    """Add the row; whoever came second is told so."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict("report.changed") from None
