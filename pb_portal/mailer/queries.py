"""Reading the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.outbox.models import Letter


def any_due(session: Session, at: datetime) -> bool:
    """Whether a letter is waiting to be sent now."""
    query = select(Letter.id).where(Letter.state == "waiting", Letter.due_at <= at).limit(1)
    return session.scalar(query) is not None


def in_box(session: Session, *, before_id: int | None = None, limit: int = 21) -> Sequence[Letter]:
    """Letters of a sample city, newest first, those not yet put into the box among them."""
    query = (
        select(Letter)
        .where(Letter.state.in_(("boxed", "waiting")), Letter.recipient != "")
        .order_by(Letter.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Letter.id < before_id)
    return session.scalars(query).all()


def failed_count(session: Session) -> int:
    """How many letters could not be sent and still hold what they were to say."""
    query = select(func.count()).select_from(Letter)
    return session.scalar(query.where(Letter.state == "failed", Letter.recipient != "")) or 0
