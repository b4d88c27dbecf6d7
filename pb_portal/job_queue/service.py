"""Writing signs of life."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pb_portal.job_queue.models import WorkerHeartbeat

FREQUENT, SLOW = "frequent", "slow"


def record_heartbeat(session: Session, lane: str, at: datetime) -> None:
    """Note that a lane of background work runs at a moment; a later note is never moved back."""
    row = session.get(WorkerHeartbeat, lane)
    if row is None:
        session.merge(WorkerHeartbeat(lane=lane, beat_at=at))
    elif row.beat_at < at:
        row.beat_at = at
