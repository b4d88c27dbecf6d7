"""Batches of the ledger as rows: reading them, their heads, the tree over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from pb_portal.domain import ledger
from pb_portal.domain.sealing import SLOTS, BatchTree, SealKeys, batch_tree, seal_keys, unpacked
from pb_portal.tally.receipt import statement, tree
from pb_portal.tally.receipt.proof import HEAD_KIND
from pb_portal.voting.ledger import cipher
from pb_portal.voting.models import LedgerBatch

Heads = Sequence[LedgerBatch]


def keys_of(cycle_id: int, key: str) -> SealKeys:
    """What seals and opens the batches of a cycle; `key` is the installation's ballot key."""
    return seal_keys(ledger.cycle_key(key, cycle_id))


def head_of(batch: LedgerBatch, slug: str) -> dict[str, Any]:
    """What the head over all batches up to this one says, with its signature."""
    return {
        "at": batch.sealed_at.isoformat(),
        "batch": batch.root,
        "batches": batch.number,
        "blinds": batch.blinds,
        "cycle": slug,
        "kind": HEAD_KIND,
        "previous": batch.previous,
        "root": batch.head,
        "signature": batch.signature,
        "slots": SLOTS,
    }


def signed_bytes(batch: LedgerBatch, slug: str) -> bytes:
    """The bytes a head's signature stands under."""
    return statement(head_of(batch, slug))


def newest(session: Session, cycle_id: int, most: int = 1) -> Heads:
    """The last batches, the newest first."""
    return session.scalars(
        select(LedgerBatch)
        .where(LedgerBatch.cycle_id == cycle_id)
        .order_by(LedgerBatch.number.desc())
        .limit(most)
        .options(defer(LedgerBatch.contents))
    ).all()


def before(session: Session, cycle_id: int, number: int, most: int) -> Heads:
    """At most so many batches up to a number, the newest first."""
    return session.scalars(
        select(LedgerBatch)
        .where(LedgerBatch.cycle_id == cycle_id, LedgerBatch.number <= number)
        .order_by(LedgerBatch.number.desc())
        .limit(most)
        .options(defer(LedgerBatch.contents))
    ).all()


def find(session: Session, cycle_id: int, number: int) -> LedgerBatch | None:
    """One batch."""
    return session.get(LedgerBatch, (cycle_id, number))


def opened(batch: LedgerBatch, keys: SealKeys) -> list[str] | None:
    """The leaves of a batch; None when the key is another one or the row was changed."""
    data = cipher.deciphered(keys.contents, batch.contents, about(batch.cycle_id, batch.number))
    return None if data is None else unpacked(data)


def about(cycle_id: int, number: int) -> bytes:
    """What the contents of a batch are bound to."""
    return b"%d:%d" % (cycle_id, number)


def tree_of(batch: LedgerBatch, keys: SealKeys, leaves: Iterable[str]) -> BatchTree:
    """The tree of a batch whose leaves were opened."""
    return batch_tree(keys.blinds, batch.number, leaves)


class Forest:
    """Complete subtrees over the batches of a cycle, read row by row as a proof asks for them."""

    def __init__(self, session: Session, cycle_id: int, numbers: Iterable[int] = ()) -> None:
        self._session, self._cycle_id = session, cycle_id
        self._nodes: dict[int, list[str]] = {}
        self.read(numbers)

    def read(self, numbers: Iterable[int]) -> None:
        """Read the rows of these numbers at once."""
        rows = self._session.execute(
            select(LedgerBatch.number, LedgerBatch.nodes).where(
                LedgerBatch.cycle_id == self._cycle_id, LedgerBatch.number.in_(list(numbers))
            )
        )
        self._nodes |= {number: nodes for number, nodes in rows}

    def subtree(self, start: int, size: int) -> bytes:
        """As `tree.Subtree` wants it."""
        end = start + size
        if end not in self._nodes:
            self.read([end])
        return bytes.fromhex(self._nodes[end][size.bit_length() - 1])


def nodes_after(forest: Forest, number: int, record: bytes) -> list[bytes]:
    """The complete subtrees that end with a new batch, the smallest first."""
    found, size = [record], 1
    while number % (2 * size) == 0:
        found.append(tree.node_hash(forest.subtree(number - 2 * size, size), found[-1]))
        size *= 2
    return found
