"""Reading requests that need four eyes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest


def waiting(session: Session, kind: str = "") -> Sequence[ApprovalRequest]:
    """Open requests, the oldest first; of one kind or all."""
    query = (
        select(ApprovalRequest)
        .where(ApprovalRequest.state == "open")
        .order_by(ApprovalRequest.proposed_at, ApprovalRequest.id)
    )
    if kind:
        query = query.where(ApprovalRequest.kind == kind)
    return session.scalars(query).all()


def of_cycle(
    session: Session, cycle_id: int, kind: str, state: str = ""
) -> Sequence[ApprovalRequest]:
    """Requests of one kind in a cycle, the oldest first; in one state or all."""
    return of_kinds(session, cycle_id, [kind], state)


def of_kinds(
    session: Session, cycle_id: int, kinds: Sequence[str], state: str = ""
) -> Sequence[ApprovalRequest]:
    """Requests of several kinds in a cycle, the oldest first; in one state or all."""
    query = (
        select(ApprovalRequest)
        .where(ApprovalRequest.cycle_id == cycle_id, ApprovalRequest.kind.in_(kinds))
        .order_by(ApprovalRequest.id)
    )
    if state:
        query = query.where(ApprovalRequest.state == state)
    return session.scalars(query).all()


def about_person(session: Session, person_id: int) -> Sequence[ApprovalRequest]:
    """Open requests that concern this person, the oldest first."""
    query = select(ApprovalRequest).where(
        ApprovalRequest.state == "open", ApprovalRequest.concerns == person_id
    )
    return session.scalars(query.order_by(ApprovalRequest.id)).all()
