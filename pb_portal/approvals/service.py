"""Proposing an act and deciding on it. The room that owns the act carries it out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import AFTER_PROPOSAL, require_proposer
from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature


def propose(
    session: Session,
    by: Signature,
    kind: str,
    subject: str,
    *,
    payload: dict[str, Any],
    reason: str,
    cycle_id: int | None = None,
    concerns: int | None = None,
) -> ApprovalRequest:
    """Open a request; refuses (`approval.open_already`) while one for the same act is open.

    `kind` is one of the registry: its permission and a second factor just shown are demanded here,
    narrower conditions by the caller. `by` must be a person, and not the one it `concerns`.
    """
    require_proposer(by, kind)
    if by.actor.person_id is None:
        raise ValueError("a request needs a person")
    if by.actor.person_id == concerns:
        raise Refusal("approval.about_oneself")
    take_turn(session, f"request {kind} {subject}")
    if find_open(session, kind, subject) is not None:
        raise Refusal("approval.open_already")
    request = ApprovalRequest(
        kind=kind,
        subject=subject,
        payload=payload,
        reason=reason,
        cycle_id=cycle_id,
        concerns=concerns,
        proposed_by=by.actor.person_id,
        proposed_at=by.at,
    )
    session.add(request)
    session.flush()
    audit.record(
        session, by, f"{kind}.proposed", ("approval", request.id), cycle_id=cycle_id, reason=reason
    )
    for follow in AFTER_PROPOSAL:
        follow(session, by, request)
    return request


def decide(
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> ApprovalRequest:
    """Approve or decline. The proposer is refused (`approval.same_person`); a request already
    decided is a conflict (`approval.decided`). Rooms call `accounts.four_eyes.decide`, which also
    looks whether both people still hold their roles."""
    if by.actor.person_id == request.proposed_by:
        raise Refusal("approval.same_person")
    if by.actor.person_id == request.concerns:
        raise Refusal("approval.about_oneself")
    if request.state != "open":
        raise Conflict("approval.decided", state=request.state)
    request.state = "approved" if approve else "declined"
    request.decided_by = by.actor.person_id
    request.decided_at = by.at
    audit.record(
        session,
        by,
        f"{request.kind}.{request.state}",
        ("approval", request.id),
        cycle_id=request.cycle_id,
        reason=reason,
    )
    return request


def get_request(session: Session, request_id: int) -> ApprovalRequest:
    """The request; raises `Missing`."""
    request = session.get(ApprovalRequest, request_id)
    if request is None:
        raise Missing("approval")
    return request


def find_open(session: Session, kind: str, subject: str) -> ApprovalRequest | None:
    """The open request for this act, if any."""
    return session.scalars(
        select(ApprovalRequest).where(
            ApprovalRequest.kind == kind,
            ApprovalRequest.subject == subject,
            ApprovalRequest.state == "open",
        )
    ).one_or_none()
