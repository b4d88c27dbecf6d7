"""Signs of life of the background workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class WorkerHeartbeat(Base):
    """The last moment at which a lane of background work was seen running, on any host."""

    __tablename__ = "job_queue_heartbeat"
    __table_args__ = (CheckConstraint("lane IN ('frequent', 'slow')", name="lane"),)

    lane: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
