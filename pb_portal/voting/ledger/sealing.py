"""Sealing: on a fixed schedule, whether or not there are ballots, a batch and a signed head.

Neither the number of batches nor the size of one says anything of how many have voted. Reading and
hashing happen outside the write transaction; storing takes a few statements. Two workers at once
make the same number, of which the database takes one; a worker that dies leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.sealing import MOST, SealKeys, batch_tree, packed
from pb_portal.signing import Signer
from pb_portal.tally.receipt import record_leaf, tree
from pb_portal.voting.ledger import batches, cipher
from pb_portal.voting.models import LedgerBatch, PendingLeaf, SealedLeaf
from pb_portal.voting.service.poll import insert

CLOSING = 2
"""Batches after the close, whatever is left; more only when these do not take all."""
MOST_WHILE_OPEN = 4096
_CHUNK = 500


class KeyChanged(RuntimeError):
    """The box's key is not the one under which the ledger was begun."""


@dataclass(frozen=True)
class Round:
    """One cycle whose next batch is due."""

    cycle_id: int
    slug: str
    open: bool


@dataclass(frozen=True)
class Draft:
    """A batch made and not yet stored."""

    batch: LedgerBatch
    leaves: Sequence[str]
    marks: Sequence[str]


def due(session: Session, at: datetime, every: timedelta) -> list[Round]:
    """Cycles whose next batch is due at a moment."""
    rows = session.execute(
        select(Cycle.id, Cycle.slug, Phase.ends_at)
        .join(Phase, (Phase.cycle_id == Cycle.id) & (Phase.kind == PhaseKind.VOTING))
        .where(Phase.starts_at <= at, ~Cycle.is_imported)
        .order_by(Cycle.id)
    ).all()
    return [
        Round(cycle_id, slug, at < ends_at)
        for cycle_id, slug, ends_at in rows
        if _is_due(session, cycle_id, ends_at, at, every)
    ]


def _is_due(
    session: Session, cycle_id: int, ends_at: datetime, at: datetime, every: timedelta
) -> bool:
    last = batches.newest(session, cycle_id, CLOSING)
    if at < ends_at:
        return not last or at - last[0].sealed_at >= every
    closed = sum(batch.sealed_at >= ends_at for batch in last)
    if closed < CLOSING:
        return closed == 0 or at - last[0].sealed_at >= every
    return any_pending(session, cycle_id)


def ended(session: Session, cycle_id: int) -> bool:
    """Whether the ledger of a closed vote has come to its end: nothing waits any more."""
    ends_at = session.scalar(
        select(Phase.ends_at).where(Phase.cycle_id == cycle_id, Phase.kind == PhaseKind.VOTING)
    )
    last = batches.newest(session, cycle_id, CLOSING)
    closed = [batch for batch in last if ends_at is not None and batch.sealed_at >= ends_at]
    return len(closed) == CLOSING and not any_pending(session, cycle_id)


def any_pending(session: Session, cycle_id: int) -> bool:
    """Whether a leaf waits for its batch."""
    return bool(session.scalar(select(exists().where(PendingLeaf.cycle_id == cycle_id))))


def prepare(session: Session, one: Round, keys: SealKeys, signer: Signer) -> Draft:
    """The next batch of a cycle, made of what waits. Writes nothing."""
    last = next(iter(batches.newest(session, one.cycle_id)), None)
    if last is not None and last.blinds != keys.commitment:
        raise KeyChanged
    leaves = session.scalars(
        select(PendingLeaf.leaf)
        .where(PendingLeaf.cycle_id == one.cycle_id)
        .order_by(PendingLeaf.leaf)
        .limit(MOST_WHILE_OPEN if one.open else MOST)
    ).all()
    batch = _batch(session, one, last, leaves, keys)
    batch.public_key = signer.public_key
    batch.signature = ""
    batch.signature = signer.sign(batches.signed_bytes(batch, one.slug))
    return Draft(batch, leaves, sorted(map(keys.mark, leaves)))


def _batch(
    session: Session, one: Round, last: LedgerBatch | None, leaves: Sequence[str], keys: SealKeys
) -> LedgerBatch:
    number = last.number + 1 if last else 1
    root = batch_tree(keys.blinds, number, leaves).root.hex()
    ends = {start + size for start, size in tree.parts(number - 1)}
    forest = batches.Forest(session, one.cycle_id, ends)
    nodes = batches.nodes_after(forest, number, record_leaf(one.slug, number, root))
    now = database_now(session).replace(microsecond=0)
    return LedgerBatch(
        cycle_id=one.cycle_id,
        number=number,
        root=root,
        nodes=[node.hex() for node in nodes],
        head=_head(forest, number, nodes).hex(),
        previous=last.head if last else tree.EMPTY.hex(),
        blinds=keys.commitment,
        sealed_at=max(now, last.sealed_at) if last else now,
        contents=cipher.enciphered(
            keys.contents, packed(leaves), batches.about(one.cycle_id, number)
        ),
    )


def _head(forest: batches.Forest, number: int, nodes: Sequence[bytes]) -> bytes:
    """The root over all batches: the new subtrees at the right edge, the known ones before."""

    def subtree(start: int, size: int) -> bytes:
        if start + size == number:
            return nodes[size.bit_length() - 1]
        return forest.subtree(start, size)

    return tree.root(number, subtree)


def store(session: Session, draft: Draft) -> bool:
    """Keep a batch; False when another worker kept one of this number meanwhile."""
    batch = draft.batch
    values = {column.key: getattr(batch, column.key) for column in LedgerBatch.__table__.columns}
    kept = session.execute(
        insert(session, LedgerBatch)
        .values(values)
        .on_conflict_do_nothing(index_elements=["cycle_id", "number"])
        .returning(LedgerBatch.number)
    ).scalar_one_or_none()
    if kept is None:
        return False
    if draft.leaves:
        session.execute(
            insert(session, SealedLeaf).on_conflict_do_nothing(),
            [
                {"cycle_id": batch.cycle_id, "mark": mark, "batch": batch.number}
                for mark in draft.marks
            ],
        )
    for start in range(0, len(draft.leaves), _CHUNK):
        session.execute(
            delete(PendingLeaf).where(
                PendingLeaf.cycle_id == batch.cycle_id,
                PendingLeaf.leaf.in_(draft.leaves[start : start + _CHUNK]),
            )
        )
    return True
