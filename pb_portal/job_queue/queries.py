"""Whether background work is being done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.job_queue.models import WorkerHeartbeat
from pb_portal.job_queue.service import FREQUENT, SLOW

BEAT_EVERY = timedelta(seconds=15)
SILENT_AFTER = {FREQUENT: timedelta(seconds=90), SLOW: timedelta(minutes=45)}
"""A slow lane beats between tasks, and one task (reading two million residents) takes minutes."""


def list_silent_lanes(session: Session, at: datetime) -> list[str]:
    """The lanes of background work that have shown no sign of life for too long, or never did."""
    seen = {lane: beat for lane, beat in session.execute(_BEATS)}
    return [
        lane
        for lane, allowed in SILENT_AFTER.items()
        if lane not in seen or at - seen[lane] > allowed
    ]


def is_beat_due(session: Session, lane: str, at: datetime) -> bool:
    """Whether the last sign of life of a lane is old enough to be worth a new one."""
    last = session.scalar(select(WorkerHeartbeat.beat_at).where(WorkerHeartbeat.lane == lane))
    return last is None or at - last >= BEAT_EVERY


_BEATS = select(WorkerHeartbeat.lane, WorkerHeartbeat.beat_at)
