"""Who writes a proposal with whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import digest
from pb_portal.db import Missing
from pb_portal.proposals.models import Coauthor, Proposal


def find_invitation(
    session: Session, token: str, after: datetime, *, lock: bool = False
) -> Coauthor | None:
    """The unanswered invitation of this link, made after the given moment."""
    query = select(Coauthor).where(
        Coauthor.token_digest == digest(token),
        Coauthor.state == "waiting",
        Coauthor.created_at > after,
    )
    if lock:
        query = query.with_for_update(of=Coauthor)
    return session.scalars(query).one_or_none()


def get_with_people(session: Session, proposal_id: int, *, lock: bool = False) -> Proposal:
    """A proposal or draft with everybody asked to write it; raises `Missing`."""
    query = (
        select(Proposal)
        .where(Proposal.id == proposal_id, Proposal.revises_id.is_(None))
        .options(
            joinedload(Proposal.cycle),
            selectinload(Proposal.coauthors).joinedload(Coauthor.person).lazyload(Person.grants),
        )
    )
    if lock:
        query = query.with_for_update(of=Proposal).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Missing("proposal")
    return found
