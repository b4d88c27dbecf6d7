"""Opening every batch of a ledger and computing all of it again: trees, heads, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.sealing import SealKeys
from pb_portal.signing import holds
from pb_portal.tally.receipt import record_leaf, tree
from pb_portal.voting.ledger import batches
from pb_portal.voting.models import LedgerBatch, SealedLeaf


@dataclass
class Opened:
    """What the batches hold, and what in them is not as it should be."""

    slug: str
    keys: SealKeys
    public_key: str
    leaves: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    last: LedgerBatch | None = None
    peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def take(self, row: LedgerBatch) -> None:
        """The next batch."""
        number = self.last.number + 1 if self.last else 1
        self.wrong += [f"batch {row.number}: {what}" for what in self._wrong(row, number)]
        self.last = row

    def _wrong(self, row: LedgerBatch, number: int) -> Iterator[str]:
        if row.number != number:
            yield f"batch {number} is missing"
        leaves = batches.opened(row, self.keys)
        if leaves is None:
            yield "its contents do not open"
        else:
            self.leaves |= dict.fromkeys(leaves, row.number)
            if batches.tree_of(row, self.keys, leaves).root.hex() != row.root:
                yield "its root is not that of its contents"
        nodes = self._merge(record_leaf(self.slug, row.number, row.root))
        if row.nodes != [node.hex() for node in nodes]:
            yield "its nodes are not those of the tree"
        yield from self._head(row)

    def _merge(self, record: bytes) -> list[bytes]:
        nodes, size = [record], 1
        while self.peaks and self.peaks[-1][0] == size:
            nodes.append(tree.node_hash(self.peaks.pop()[1], nodes[-1]))
            size *= 2
        self.peaks.append((size, nodes[-1]))
        return nodes

    def _head(self, row: LedgerBatch) -> Iterator[str]:
        _, root = self.peaks[-1]
        for _, peak in self.peaks[-2::-1]:
            root = tree.node_hash(peak, root)
        if row.head != root.hex():
            yield "its head is not that of the batches"
        if row.previous != (self.last.head if self.last else tree.EMPTY.hex()):
            yield "it does not name the head before it"
        if row.blinds != self.keys.commitment:
            yield "it names another key of the blinds"
        if self.last and row.sealed_at < self.last.sealed_at:
            yield "it is older than the one before it"
        if row.public_key != self.public_key:
            yield "it is signed with another key"
        if not holds(row.public_key, batches.signed_bytes(row, self.slug), row.signature):
            yield "its signature does not hold"


def opened(session: Session, cycle_id: int, slug: str, keys: SealKeys, public_key: str) -> Opened:
    """Open every batch of a cycle, one after another."""
    look = Opened(slug, keys, public_key)
    rows = session.scalars(
        select(LedgerBatch)
        .where(LedgerBatch.cycle_id == cycle_id)
        .order_by(LedgerBatch.number)
        .execution_options(yield_per=500)
    )
    for row in rows:
        look.take(row)
        session.expunge(row)
    return look


def marks_differ(session: Session, cycle_id: int, look: Opened) -> list[str]:
    """Where the notes of which leaf lies in which batch are not those of the batches."""
    due = {look.keys.mark(leaf): batch for leaf, batch in look.leaves.items()}
    wrong = []
    for mark, batch in session.execute(
        select(SealedLeaf.mark, SealedLeaf.batch)
        .where(SealedLeaf.cycle_id == cycle_id)
        .execution_options(yield_per=5000)
    ):
        found = due.pop(mark, None)
        if found != batch:
            wrong.append(f"a note of batch {batch} names no leaf of it")
    return wrong + [f"batch {batch}: a leaf of it has no note" for batch in due.values()]
