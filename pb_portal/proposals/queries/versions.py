"""Reading what was sent, time after time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.proposals.models import ProposalVersion


def versions_of(session: Session, proposal_id: int) -> Sequence[ProposalVersion]:
    """Every version, the first one first."""
    return session.scalars(
        select(ProposalVersion)
        .where(ProposalVersion.proposal_id == proposal_id)
        .order_by(ProposalVersion.number)
    ).all()


def newest_version(session: Session, proposal_id: int) -> ProposalVersion | None:
    """What was sent last."""
    return session.scalars(
        select(ProposalVersion)
        .where(ProposalVersion.proposal_id == proposal_id)
        .order_by(ProposalVersion.number.desc())
        .limit(1)
    ).one_or_none()
