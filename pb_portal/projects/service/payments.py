"""Payments under the contract. A mistaken one is taken back by a second entry."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Payment, Project
from pb_portal.projects.rules import check_days, need
from pb_portal.projects.service.guard import begin, saved, spaced


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
        raise Refusal("project.over_contract", field="sum", left=spaced(left))
    check_days(
        paid_on,
        "paid_on",
        earliest=project.contract_on,
        latest=today or by.at.date(),
        code="project.before_contract",
    )
    payment = Payment(
        sum=sum, paid_on=paid_on, note=note, recorded_at=by.at, actor_id=by.actor.person_id
    )
    project.payments.append(payment)
    project.paid_sum += sum
    saved(session, by, project, "project.payment_recorded", sum=sum, paid_on=paid_on.isoformat())
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
    session.add(
        Payment(
            project_id=project.id,
            sum=-payment.sum,
            paid_on=payment.paid_on,
            note=reason,
            recorded_at=by.at,
            actor_id=by.actor.person_id,
            corrects_id=payment.id,
        )
    )
    project.paid_sum -= payment.sum
    saved(
        session,
        by,
        project,
        "project.payment_voided",
        reason=reason,
        payment=payment_id,
        sum=payment.sum,
    )
    session.expire(payment, ["correction"])
