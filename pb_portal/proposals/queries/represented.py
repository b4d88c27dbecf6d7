"""Proposals none of whose authors can act: the registrar represents them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.proposals.models import Coauthor, Proposal

WAITING = (ProposalState.RETURNED, ProposalState.REJECTED)
"""Where the next step is the authors': these come first."""
OPEN = (
    *WAITING,
    ProposalState.SUBMITTED,
    ProposalState.IN_REVIEW,
    ProposalState.RESUBMITTED,
    ProposalState.ADMITTED,
    ProposalState.APPEALED,
)
MOST = 200


def is_represented() -> ColumnElement[bool]:
    """The same as `Proposal.represented`, as a condition, of proposals that are under way."""
    able = (
        select(Coauthor.id)
        .join(Person, Person.id == Coauthor.person_id)
        .where(
            Coauthor.proposal_id == Proposal.id,
            Coauthor.state == "agreed",
            Person.blocked_at.is_(None),
        )
        .correlate(Proposal)
        .exists()
    )
    gone = select(Person.id).where(Person.id == Proposal.author_id, Person.blocked_at.is_not(None))
    return and_(
        Proposal.status.in_(sorted(OPEN)),
        Proposal.number.is_not(None),
        gone.correlate(Proposal).exists(),
        ~able,
    )


def represented(session: Session) -> Sequence[Proposal]:
    """What the registrar represents, what waits for a step of the authors first."""
    first = Proposal.status.in_(sorted(WAITING))
    return session.scalars(
        select(Proposal)
        .where(is_represented())
        .options(
            joinedload(Proposal.cycle).selectinload(Cycle.phases),
            joinedload(Proposal.area),
            joinedload(Proposal.author).lazyload(Person.grants),
        )
        .order_by(first.desc(), Proposal.updated_at, Proposal.id)
        .limit(MOST)
    ).all()


def count_represented() -> Any:
    """How many there are, as a part of another statement."""
    return select(func.count()).select_from(Proposal).where(is_represented()).scalar_subquery()
