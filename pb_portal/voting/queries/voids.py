"""Reading the ballot box for the fraud desk: what is void, and never who chose what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from pb_portal.domain import ledger
from pb_portal.voting.models import Ballot, RestoredVote, VoidedBallot
from pb_portal.voting.queries.box import demand_closed

PART = 500


def choices_of_group(
    session: Session, cycle_id: int, names: Sequence[str]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What a suspicious group chose, for the fraud desk's service alone: it tells no more of it
    than whether almost all of them are the same. Also before the close."""
    found: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for part in _parts(names):
        rows = session.execute(
            select(Ballot.ballot_key, Ballot.choices, Ballot.points)
            .where(Ballot.cycle_id == cycle_id, Ballot.ballot_key.in_(part))
            .order_by(Ballot.ballot_key, Ballot.revision)
        )
        last = {name: (tuple(choices), tuple(points)) for name, choices, points in rows}
        found += last.values()
    return found


def last_revisions(session: Session, cycle_id: int, names: Sequence[str]) -> dict[str, int]:
    """The last revision of each of these ballots."""
    found: dict[str, int] = {}
    for part in _parts(names):
        rows = session.execute(
            select(Ballot.ballot_key, func.max(Ballot.revision))
            .where(Ballot.cycle_id == cycle_id, Ballot.ballot_key.in_(part))
            .group_by(Ballot.ballot_key)
        )
        found |= {name: revision for name, revision in rows}
    return found


def find_void(session: Session, cycle_id: int, name: str) -> VoidedBallot | None:
    """The last time this ballot was declared void."""
    return session.scalars(
        select(VoidedBallot)
        .where(VoidedBallot.cycle_id == cycle_id, VoidedBallot.ballot_key == name)
        .order_by(VoidedBallot.through.desc())
        .limit(1)
    ).first()


def is_restored(session: Session, void: VoidedBallot) -> bool:
    """Whether two people have let the person vote again since."""
    key = (void.cycle_id, void.ballot_key, void.through)
    return session.get(RestoredVote, key) is not None


def void_of_receipt(session: Session, cycle_id: int, receipt: str) -> VoidedBallot | None:
    """What declares the ballot of this receipt void, if anything does."""
    start = ledger.leaf_prefix(receipt)
    if start is None:
        return None
    return session.scalars(
        select(VoidedBallot)
        .join(
            Ballot,
            (Ballot.cycle_id == VoidedBallot.cycle_id)
            & (Ballot.ballot_key == VoidedBallot.ballot_key)
            & (Ballot.revision <= VoidedBallot.through),
        )
        .where(Ballot.cycle_id == cycle_id, Ballot.leaf >= start, Ballot.leaf < start + "g")
        .limit(1)
    ).first()


def voided(session: Session, cycle_id: int, at: datetime) -> dict[str, int]:
    """How many people have no counted ballot because theirs is void, by reason; sealed until the
    close. Somebody who voted anew since is not among them."""
    demand_closed(session, cycle_id, at)
    newer = exists().where(
        Ballot.cycle_id == cycle_id,
        Ballot.ballot_key == VoidedBallot.ballot_key,
        Ballot.revision > VoidedBallot.through,
    )
    rows = session.execute(
        select(VoidedBallot.reason, func.count())
        .where(VoidedBallot.cycle_id == cycle_id, ~newer)
        .group_by(VoidedBallot.reason)
        .order_by(VoidedBallot.reason)
    )
    return {reason: number for reason, number in rows}


def void_leaves(session: Session, cycle_id: int) -> Iterator[tuple[bytes, str, str]]:
    """(record, nonce, leaf) of everything that declares a ballot void, to be checked."""
    for row in session.scalars(select(VoidedBallot).where(VoidedBallot.cycle_id == cycle_id)):
        record = ledger.void_record(cycle_id, row.ballot_key, row.through, row.reason)
        yield record, row.nonce, row.leaf


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), PART):
        yield names[start : start + PART]
