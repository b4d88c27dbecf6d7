"""Whether the phases are those published with the rules, moved only as two people agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit import queries as log
from pb_portal.cycles.models import Cycle, Phase

MOVED_BY = ("phase.extend", "phase.shorten")
Dates = dict[str, tuple[datetime, datetime]]
"""Start and end by the kind of phase."""


def phases_differ(session: Session, cycle: Cycle) -> Iterator[str]:
    """Where a phase has other dates than the log and the approved requests give."""
    entries = log.newest(session, action="rules.frozen", cycle_id=cycle.id, limit=1)
    published = entries[0].data.get("phases") if entries else None
    if not published:
        return
    dates: Dates = {
        kind: (datetime.fromisoformat(starts), datetime.fromisoformat(ends))
        for kind, (starts, ends) in published.items()
    }
    requests = session.scalars(
        select(ApprovalRequest)
        .where(
            ApprovalRequest.cycle_id == cycle.id,
            ApprovalRequest.kind.in_(MOVED_BY),
            ApprovalRequest.state == "approved",
            ApprovalRequest.decided_at >= entries[0].at,
        )
        .order_by(ApprovalRequest.decided_at, ApprovalRequest.id)
    )
    for request in requests:
        for move in request.payload.get("moves", []):
            former = (_moment(move, "was_starts_at"), _moment(move, "was_ends_at"))
            if dates.get(move["kind"]) != former:
                yield f"request {request.id} moves phase {move['kind']} from dates it did not have"
            dates[move["kind"]] = (_moment(move, "starts_at"), _moment(move, "ends_at"))
    rows = session.execute(
        select(Phase.kind, Phase.starts_at, Phase.ends_at).where(Phase.cycle_id == cycle.id)
    )
    present = {kind: (starts_at, ends_at) for kind, starts_at, ends_at in rows}
    for kind in sorted(dates.keys() | present.keys()):
        if dates.get(kind) != present.get(kind):
            yield f"phase {kind} has other dates than were published and agreed on"


def _moment(move: dict[str, str], name: str) -> datetime:
    return datetime.fromisoformat(move[name])
