"""Reading the log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry


def newest(
    session: Session,
    *,
    before_id: int | None = None,
    action: str = "",
    subject: str = "",
    cycle_id: int | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """Entries, newest first, keyset by id. `action` is a prefix ("proposal."); `subject` is
    "type" or "type:id"."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    if action:
        query = query.where(AuditEntry.action.startswith(action, autoescape=True))
    if subject:
        kind, _, name = subject.partition(":")
        query = query.where(AuditEntry.subject_type == kind)
        if name:
            query = query.where(AuditEntry.subject_id == name)
    if cycle_id is not None:
        query = query.where(AuditEntry.cycle_id == cycle_id)
    return session.scalars(query).all()
