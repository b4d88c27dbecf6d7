"""Working on one file together: notes among staff, who has it open, findings put aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.review import queries
from pb_portal.review.models import KeptFinding, Presence, ReviewNote

GONE = timedelta(hours=12)
"""After which it no longer matters who had a file open."""
KEPT = timedelta(days=60)


def add_note(session: Session, by: Signature, proposal_id: int, body: str) -> ReviewNote:
    """Write a note for colleagues; residents never see it."""
    proposal = _reviewed(session, by, proposal_id)
    if not body:
        raise Refusal("note.empty", field="body")
    assert by.actor.person_id is not None
    note = ReviewNote(proposal_id=proposal.id, author_id=by.actor.person_id, at=by.at, body=body)
    session.add(note)
    session.flush()
    audit.record(
        session,
        by,
        "review.noted",
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        note=note.id,
    )
    return note


def note_presence(session: Session, by: Signature, proposal_id: int) -> None:
    """Remember that this person has the file open now."""
    _reviewed(session, by, proposal_id)
    key = (proposal_id, by.actor.person_id)
    seen = session.get(Presence, key)
    if seen is None:
        try:
            with session.begin_nested():
                session.add(
                    Presence(
                        proposal_id=proposal_id,
                        person_id=by.actor.person_id,
                        opened_at=by.at,
                        seen_at=by.at,
                    )
                )
        except IntegrityError:
            return
        return
    if by.at - seen.seen_at > queries.PRESENT:
        seen.opened_at = by.at
    seen.seen_at = by.at


def keep_finding(
    session: Session, by: Signature, proposal_id: int, typed: Mapping[str, Any]
) -> KeptFinding:
    """Put a finding aside as it was typed; nobody else sees it, nothing is decided."""
    _reviewed(session, by, proposal_id)
    kept = session.get(KeptFinding, (proposal_id, by.actor.person_id))
    if kept is None:
        kept = KeptFinding(proposal_id=proposal_id, person_id=by.actor.person_id, at=by.at)
        session.add(kept)
    kept.at, kept.typed = by.at, dict(typed)
    session.flush()
    return kept


def forget_finding(session: Session, by: Signature, proposal_id: int) -> None:
    """What was put aside has been sent, or is not wanted any more."""
    session.execute(
        delete(KeptFinding).where(
            KeptFinding.proposal_id == proposal_id, KeptFinding.person_id == by.actor.person_id
        )
    )


def tidy(session: Session, at: datetime) -> None:
    """Remove what has served its time."""
    session.execute(delete(Presence).where(Presence.seen_at < at - GONE))
    session.execute(delete(KeptFinding).where(KeptFinding.at < at - KEPT))


def _reviewed(session: Session, by: Signature, proposal_id: int) -> Proposal:
    proposal = queries.get_file(session, proposal_id)
    demand(by.actor, P.REVIEW, area_id=proposal.area_id)
    return proposal
