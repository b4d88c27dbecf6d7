"""Opening a file to change it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.domain.permissions import P, demand, writes
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.review import queries


def open_file(
    session: Session, by: Signature, proposal_id: int, permission: P, version: int
) -> Proposal:
    """The file under a lock, as the person saw it; a conflict when it has moved since. Nobody
    reviews or decides on a proposal they wrote or help to write."""
    proposal = queries.get_file(session, proposal_id, lock=True)
    demand(by.actor, permission, area_id=proposal.area_id)
    if writes(by.actor, proposal.written_by):
        raise Refusal("review.own")
    if proposal.version != version:
        raise Conflict("review.changed")
    return proposal
