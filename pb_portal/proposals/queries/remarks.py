"""Reading what a round of review left behind."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.proposals.models import Remark, ReviewedLine


def open_for(session: Session, proposal_id: int) -> Sequence[Remark]:
    """Remarks the author has not answered yet, in the order they were written."""
    return session.scalars(
        select(Remark)
        .where(Remark.proposal_id == proposal_id, Remark.resolved_at.is_(None))
        .order_by(Remark.id)
    ).all()


def all_of(session: Session, proposal_id: int) -> Sequence[Remark]:
    """Every remark on a proposal, round after round."""
    return session.scalars(
        select(Remark).where(Remark.proposal_id == proposal_id).order_by(Remark.round, Remark.id)
    ).all()


def reviewed_lines(session: Session, proposal_id: int) -> Sequence[ReviewedLine]:
    """The estimate as the reviewer sees it; empty when nobody went through its lines."""
    return session.scalars(
        select(ReviewedLine)
        .where(ReviewedLine.proposal_id == proposal_id)
        .order_by(ReviewedLine.sort, ReviewedLine.id)
    ).all()
