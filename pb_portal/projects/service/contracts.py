"""The contract: signed, amended, corrected. Each entry stays; the newest stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Contract, Project
from pb_portal.projects.rules import Limits, check_days, is_bin, is_link, need
from pb_portal.projects.service.guard import begin_open, saved, spaced, vote_ended_on

KINDS = ("contract", "amendment", "correction")


@dataclass(frozen=True)
class Terms:
    """What a contract says."""

    contractor: str
    contractor_bin: str
    number: str
    sum: int
    signed_on: date
    ends_on: date | None = None
    procurement_url: str = ""
    difference: str = ""


def record_contract(
    session: Session,
    by: Signature,
    project: Project,
    terms: Terms,
    *,
    kind: str = "",
    reason: str = "",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    today: date | None = None,
    seen: int | None = None,
) -> Contract:
    """Enter the contract, an amendment of it or a correction of what was entered.

    The first entry is the contract; every later one needs its kind and a public reason. A sum or
    an end farther from the promise than the limits needs a reason too.
    """
    begin_open(by, project, seen)
    _check_words(terms)
    _check_figures(project, terms, limits)
    _check_dates(project, terms, today or by.at.date())
    first = project.contract_sum is None
    kind = "contract" if first else kind or "correction"
    if kind not in KINDS or (kind == "contract") != first:
        raise Refusal("project.contract_kind", field="kind")
    if not first:
        need(reason, "project.change_reason", "reason")
    before = project.contract_sum
    row = Contract(
        project_id=project.id,
        kind=kind,
        reason="" if first else reason,
        recorded_at=by.at,
        actor_id=by.actor.person_id,
        **asdict(terms),
    )
    session.add(row)
    stand(project, row)
    saved(
        session,
        by,
        project,
        "project.contract_recorded" if first else f"project.contract_{kind}",
        reason=reason or terms.difference,
        sum=terms.sum,
        sum_before=before,
        signed_on=terms.signed_on.isoformat(),
    )
    return row


def stand(project: Project, row: Contract) -> None:
    """Let the project show what the newest entry says."""
    project.contractor, project.contractor_bin = row.contractor, row.contractor_bin
    project.contract_number, project.contract_sum = row.number, row.sum
    project.contract_on, project.contract_ends_on = row.signed_on, row.ends_on
    project.procurement_url = row.procurement_url
    project.contract_difference = row.difference


def _check_words(terms: Terms) -> None:
    need(terms.contractor, "project.contractor_missing", "contractor")
    if not is_bin(terms.contractor_bin):
        raise Refusal("project.bin_wrong", field="contractor_bin")
    need(terms.number, "project.contract_number_missing", "number")
    if terms.procurement_url and not is_link(terms.procurement_url):
        raise Refusal("project.link_wrong", field="procurement_url")


def _check_figures(project: Project, terms: Terms, limits: Limits) -> None:
    if terms.sum <= 0:
        raise Refusal("project.sum_zero", field="sum")
    if terms.sum < project.paid_sum:
        raise Refusal("project.sum_under_paid", field="sum", paid=spaced(project.paid_sum))
    if limits.money_differs(project.promised_sum, terms.sum) and not terms.difference:
        raise Refusal("project.difference_missing", field="difference", percent=limits.percent)
    if terms.ends_on is not None and limits.days_late(project.due_on, terms.ends_on):
        need(terms.difference, "project.later_missing", "difference")


def _check_dates(project: Project, terms: Terms, today: date) -> None:
    check_days(
        terms.signed_on,
        "signed_on",
        earliest=vote_ended_on(project),
        latest=today,
        code="project.before_vote",
    )
    if terms.ends_on is not None and terms.ends_on < terms.signed_on:
        raise Refusal("project.ends_before", field="ends_on")
    later = [payment.paid_on for payment in project.payments if payment.voided_at is None]
    if project.accepted_on is not None:
        later.append(project.accepted_on)
    if later and terms.signed_on > min(later):
        raise Refusal("project.contract_after_payment", field="signed_on")
