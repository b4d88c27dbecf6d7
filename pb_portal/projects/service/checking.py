"""The nightly check: the figures projects show against the entries they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import (
    Acceptance,
    AcceptedLine,
    Contract,
    DateShift,
    LedgerCheck,
    Payment,
    Project,
    ProjectLine,
)

MOST_KEPT = 200
Fault = dict[str, Any]


def check_ledger(session: Session, by: Signature, at: datetime) -> LedgerCheck:
    """Compare everything, keep the outcome and enter it in the log.

    Sums of a district and of a year are sums of projects; they are compared as well, since that is
    what the public is shown.
    """
    session.flush()
    shown = {row.id: row for row in session.execute(_shown())}
    found = [
        *_payments(session, shown),
        *_contracts(session, shown),
        *_acceptances(session, shown),
        *_dates(session, shown),
        *_promises(session, shown),
        *_together(session),
    ]
    check = LedgerCheck(at=at, projects=len(shown), faults=found[:MOST_KEPT])
    session.add(check)
    session.flush()
    audit.record(
        session,
        by,
        "ledger.off" if found else "ledger.agrees",
        ("ledger", check.id),
        projects=len(shown),
        faults=len(found),
    )
    return check


def _shown() -> Any:
    return select(
        Project.id,
        Project.number,
        Project.area_id,
        Project.promised_sum,
        Project.promised_on,
        Project.due_on,
        Project.contract_sum,
        Project.contract_number,
        Project.contract_on,
        Project.paid_sum,
        Project.accepted_on,
        Project.acceptance_act,
    )


def _fault(number: int, what: str, shown: object, found: object) -> Fault:
    return {"number": number, "what": what, "shown": str(shown), "found": str(found)}


def _payments(session: Session, shown: dict[int, Any]) -> Iterable[Fault]:
    sums = dict(
        session.execute(
            select(Payment.project_id, func.sum(Payment.sum)).group_by(Payment.project_id)
        ).all()
    )
    for project_id, row in shown.items():
        paid = int(sums.get(project_id, 0))
        if row.paid_sum != paid:
            yield _fault(row.number, "paid", row.paid_sum, paid)


def _newest(session: Session, table: Any, *columns: Any) -> dict[int, Any]:
    last = select(func.max(table.id)).group_by(table.project_id)
    rows = session.execute(select(table.project_id, *columns).where(table.id.in_(last)))
    return {row.project_id: row for row in rows}


def _contracts(session: Session, shown: dict[int, Any]) -> Iterable[Fault]:
    entries = _newest(session, Contract, Contract.sum, Contract.number, Contract.signed_on)
    for project_id, row in shown.items():
        entry = entries.get(project_id)
        found = (entry.sum, entry.number, entry.signed_on) if entry else (None, "", None)
        says = (row.contract_sum, row.contract_number, row.contract_on)
        if says != found:
            yield _fault(row.number, "contract", says[0], found[0])


def _acceptances(session: Session, shown: dict[int, Any]) -> Iterable[Fault]:
    entries = _newest(session, Acceptance, Acceptance.id, Acceptance.accepted_on, Acceptance.act)
    for project_id, row in shown.items():
        entry = entries.get(project_id)
        found = (entry.accepted_on, entry.act) if entry else (None, "")
        if (row.accepted_on, row.acceptance_act) != found:
            yield _fault(row.number, "acceptance", row.accepted_on, found[0])
    newest = {entry.id for entry in entries.values()}
    accepted = {
        line_id: quantity
        for acceptance_id, line_id, quantity in session.execute(
            select(AcceptedLine.acceptance_id, AcceptedLine.line_id, AcceptedLine.quantity)
        )
        if acceptance_id in newest
    }
    lines = session.execute(select(ProjectLine.id, ProjectLine.project_id, ProjectLine.delivered))
    for line_id, project_id, delivered in lines:
        if delivered != accepted.get(line_id):
            yield _fault(shown[project_id].number, "line", delivered, accepted.get(line_id))


def _dates(session: Session, shown: dict[int, Any]) -> Iterable[Fault]:
    shifts = _newest(session, DateShift, DateShift.new_on)
    for project_id, row in shown.items():
        shift = shifts.get(project_id)
        due = shift.new_on if shift else row.promised_on
        if row.due_on != due:
            yield _fault(row.number, "due", row.due_on, due)


def _promises(session: Session, shown: dict[int, Any]) -> Iterable[Fault]:
    """The promise against the log, which nobody can change."""
    entries = session.execute(
        select(AuditEntry.subject_id, AuditEntry.data).where(
            AuditEntry.action == "project.started", AuditEntry.subject_type == "project"
        )
    )
    for subject_id, data in entries:
        row = shown.get(int(subject_id))
        if row is None:
            continue
        if data.get("promised_sum") not in (None, row.promised_sum):
            yield _fault(row.number, "promise", row.promised_sum, data["promised_sum"])
        if data.get("promised_on") not in (None, row.promised_on.isoformat()):
            yield _fault(row.number, "promised_on", row.promised_on, data["promised_on"])


def _together(session: Session) -> Iterable[Fault]:
    """What districts and years show as paid against the payments themselves."""
    projects = session.execute(select(Project.area_id, Project.promised_on, Project.paid_sum))
    payments = session.execute(
        select(Project.area_id, Project.promised_on, Payment.sum).join(
            Payment, Payment.project_id == Project.id
        )
    )
    shown: dict[tuple[str, int], int] = defaultdict(int)
    found: dict[tuple[str, int], int] = defaultdict(int)
    for sums, rows in ((shown, projects), (found, payments)):
        for area_id, promised_on, paid in rows:
            sums["area", area_id] += paid
            sums["year", promised_on.year] += paid
    for key in sorted(set(shown) | set(found)):
        if shown[key] != found[key]:
            yield _fault(key[1], key[0], shown[key], found[key])


def last_check(session: Session) -> LedgerCheck | None:
    """The newest outcome."""
    return session.scalars(select(LedgerCheck).order_by(LedgerCheck.id.desc()).limit(1)).first()


def check_due(session: Session, at: datetime) -> bool:
    """Whether the last check is from another day."""
    last = last_check(session)
    return last is None or last.at.date() != at.date()
