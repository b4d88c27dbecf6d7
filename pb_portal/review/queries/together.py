"""Reading what staff leave for each other and for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pb_portal.accounts.models import Person
from pb_portal.review.models import KeptFinding, Mailing, Presence, ReviewNote, SavedFilter

PRESENT = timedelta(minutes=10)
"""How long somebody who was seen counts as having the file open."""


def kept_filters(session: Session, person_id: int | None) -> Sequence[SavedFilter]:
    """Views of the queue that a person keeps, by name."""
    return session.scalars(
        select(SavedFilter).where(SavedFilter.person_id == person_id).order_by(SavedFilter.name)
    ).all()


def notes(session: Session, proposal_id: int) -> Sequence[ReviewNote]:
    """Notes among staff about a file, the newest first."""
    return session.scalars(
        select(ReviewNote)
        .where(ReviewNote.proposal_id == proposal_id)
        .options(joinedload(ReviewNote.author, innerjoin=True).lazyload(Person.grants))
        .order_by(ReviewNote.id.desc())
    ).all()


def others_present(
    session: Session, proposal_id: int, person_id: int | None, at: datetime
) -> Sequence[Presence]:
    """Who else has the file open now, the longest first."""
    return session.scalars(
        select(Presence)
        .where(
            Presence.proposal_id == proposal_id,
            Presence.person_id != person_id,
            Presence.seen_at > at - PRESENT,
        )
        .options(joinedload(Presence.person, innerjoin=True).lazyload(Person.grants))
        .order_by(Presence.opened_at)
    ).all()


def kept_finding(session: Session, proposal_id: int, person_id: int | None) -> KeptFinding | None:
    """The finding this person has put aside."""
    return session.get(KeptFinding, (proposal_id, person_id))


def sent_mailings(session: Session, person_id: int | None) -> Sequence[Mailing]:
    """Letters a person has sent to authors, the newest first."""
    return session.scalars(
        select(Mailing)
        .where(Mailing.person_id == person_id, Mailing.sent_at.is_not(None))
        .order_by(Mailing.id.desc())
        .limit(20)
    ).all()
