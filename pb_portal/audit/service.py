"""Writing the log: called by every service that changes something, in the same transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.domain.signature import Signature


def _kind(by: Signature) -> str:
    if ("system", None) in by.actor.grants:
        return "system"
    if by.actor.person_id is None:
        return "visitor"
    return "staff" if by.actor.grants else "resident"


def record(
    session: Session,
    by: Signature,
    action: str,
    subject: tuple[str, int | str],
    *,
    cycle_id: int | None = None,
    reason: str = "",
    **data: Any,
) -> AuditEntry:
    """Add an entry, e.g. `record(session, by, "proposal.returned", ("proposal", 7), reason=…)`.

    `data` must hold ids, codes and figures only: no names, addresses, IINs or choices.
    """
    entry = AuditEntry(
        at=by.at,
        actor_id=by.actor.person_id,
        actor_kind=_kind(by),
        action=action,
        subject_type=subject[0],
        subject_id=str(subject[1]),
        cycle_id=cycle_id,
        reason=reason,
        data=data,
    )
    session.add(entry)
    return entry
