"""Whether a voter's ballot is void, and what that means for a new one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.voting import queries


def may_vote_anew(session: Session, cycle_id: int, name: str, how: str) -> bool:
    """Whether two people have given this voter a vote again after a void one.

    Refuses (`voting.voided`) while the ballot is void: a void ballot stays void, whoever sends
    another over it. The vote given again is cast before an operator, in person.
    """
    void = queries.find_void(session, cycle_id, name)
    if void is None:
        return False
    if not queries.is_restored(session, void):
        raise Refusal("voting.voided", reason=void.reason, sentence=void.sentence)
    latest = queries.last_revisions(session, cycle_id, [name])[name]
    if latest == void.through and how != identity.OPERATOR:
        raise Refusal("voting.in_person")
    return latest == void.through
