"""The promise ledger: contract, payments, acceptance. Every entry leaves its trace in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Payment, Project, ProjectLine
from pb_portal.projects.rules import check_days, differs, is_bin, need
from pb_portal.projects.service.guard import begin, begin_open, touch, vote_ended_on


def record_contract(
    session: Session,
    by: Signature,
    project: Project,
    *,
    contractor: str,
    contractor_bin: str,
    number: str,
    sum: int,
    signed_on: date,
    difference: str = "",
    today: date | None = None,
    seen: int | None = None,
) -> None:
    """Record or correct the contract. A sum more than five per cent away from the promise needs
    a reason; it cannot fall under what is already paid."""
    begin_open(by, project, seen)
    need(contractor, "project.contractor_missing", "contractor")
    if not is_bin(contractor_bin):
        raise Refusal("project.bin_wrong", field="contractor_bin")
    need(number, "project.contract_number_missing", "number")
    if sum <= 0:
        raise Refusal("project.sum_zero", field="sum")
    if sum < project.paid_sum:
        raise Refusal("project.sum_under_paid", field="sum", paid=_spaced(project.paid_sum))
    check_days(
        signed_on,
        "signed_on",
        earliest=vote_ended_on(project),
        latest=today or by.at.date(),
        code="project.before_vote",
    )
    _check_follow_up(project, signed_on)
    if differs(project.promised_sum, sum):
        need(difference, "project.difference_missing", "difference")
    before = project.contract_sum
    project.contractor, project.contractor_bin = contractor, contractor_bin
    project.contract_number, project.contract_sum = number, sum
    project.contract_on = signed_on
    project.contract_difference = difference
    _saved(
        session,
        by,
        project,
        "project.contract_recorded",
        reason=difference,
        sum=sum,
        sum_before=before,
        signed_on=signed_on.isoformat(),
    )


def _check_follow_up(project: Project, signed_on: date) -> None:
    """The contract cannot come after what was paid or accepted under it."""
    later = [payment.paid_on for payment in project.payments if payment.voided_at is None]
    if project.accepted_on is not None:
        later.append(project.accepted_on)
    if later and signed_on > min(later):
        raise Refusal("project.contract_after_payment", field="signed_on")


def record_payment(
    session: Session,
    by: Signature,
    project: Project,
    *,
    sum: int,
    paid_on: date,
    note: str = "",
    today: date | None = None,
    seen: int | None = None,
) -> Payment:
    """Record money paid: only under a contract, not before it, and never over its sum."""
    begin(by, project, seen)
    if project.contract_sum is None or project.contract_on is None:
        raise Refusal("project.payment_before_contract", field="sum")
    if sum <= 0:
        raise Refusal("project.sum_zero", field="sum")
    left = project.contract_sum - project.paid_sum
    if sum > left:
        raise Refusal("project.over_contract", field="sum", left=_spaced(left))
    check_days(
        paid_on,
        "paid_on",
        earliest=project.contract_on,
        latest=today or by.at.date(),
        code="project.before_contract",
    )
    payment = Payment(sum=sum, paid_on=paid_on, note=note, recorded_at=by.at)
    project.payments.append(payment)
    _saved(session, by, project, "project.payment_recorded", sum=sum, paid_on=paid_on.isoformat())
    return payment


def void_payment(
    session: Session,
    by: Signature,
    project: Project,
    payment_id: int,
    *,
    reason: str,
    seen: int | None = None,
) -> None:
    """Take a mistaken payment back: it stays in sight, struck out, with the reason."""
    begin(by, project, seen)
    payment = next((row for row in project.payments if row.id == payment_id), None)
    if payment is None:
        raise Missing("payment")
    need(reason, "project.need_reason", "void_reason")
    if payment.voided_at is not None:
        return
    payment.voided_at = by.at
    payment.void_reason = reason
    _saved(
        session,
        by,
        project,
        "project.payment_voided",
        reason=reason,
        payment=payment_id,
        sum=payment.sum,
    )


def record_acceptance(
    session: Session,
    by: Signature,
    project: Project,
    *,
    accepted_on: date,
    act: str,
    delivered: Mapping[int, tuple[int, str]],
    today: date | None = None,
    seen: int | None = None,
) -> None:
    """Record the act and what was accepted of every line: {line id: (quantity, reason)}.

    Less than promised needs a reason the public reads; nothing can be accepted before a contract.
    """
    begin_open(by, project, seen)
    if project.contract_on is None:
        raise Refusal("project.acceptance_before_contract", field="accepted_on")
    check_days(
        accepted_on,
        "accepted_on",
        earliest=project.contract_on,
        latest=today or by.at.date(),
        code="project.before_contract",
    )
    need(act, "project.act_missing", "act")
    for line in project.lines:
        _deliver(line, *delivered.get(line.id, (None, "")))
    project.accepted_on = accepted_on
    project.acceptance_act = act
    _saved(
        session,
        by,
        project,
        "project.acceptance_recorded",
        accepted_on=accepted_on.isoformat(),
        delivered={str(line.id): line.delivered for line in project.lines},
    )


def _deliver(line: ProjectLine, quantity: int | None, reason: str) -> None:
    if quantity is None:
        raise Refusal("project.quantity_missing", field=f"delivered_{line.id}")
    if quantity < 0:
        raise Refusal("project.quantity_negative", field=f"delivered_{line.id}")
    if quantity < line.promised and not reason:
        raise Refusal("project.smaller_reason", field=f"reason_{line.id}")
    line.delivered = quantity
    line.difference = reason


def _saved(
    session: Session, by: Signature, project: Project, action: str, reason: str = "", **data: Any
) -> None:
    touch(by, project)
    session.flush()
    audit.record(
        session,
        by,
        action,
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=reason,
        **data,
    )


def _spaced(amount: int) -> str:
    return f"{amount:,}".replace(",", "\u202f")
