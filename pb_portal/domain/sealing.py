"""A batch of leaves as a tree of fixed size that says nothing of how many leaves it holds.

Every batch is a tree of `SLOTS` places. Real leaves lie at places only the key tells; what is empty
is filled with blinds, values of a keyed function that nobody without the key can tell from hashes
of ballots. A blind may stand for a whole empty subtree, so an empty batch costs one and a leaf
sixteen hashes. See docs/adr/0012.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pb_portal.tally.receipt import tree

DEPTH = 16
SLOTS = 1 << DEPTH
MOST = SLOTS // 2
"""Of real leaves in one batch."""
_LEAF_BYTES = 32


@dataclass(frozen=True, repr=False)
class SealKeys:
    """What seals and opens the batches of one cycle; made of the box's key, so that destroying
    that key also destroys the knowledge of which leaf came when."""

    marks: bytes
    blinds: bytes
    contents: bytes

    @property
    def commitment(self) -> str:
        """Stands in every head, so that blinds cannot be chosen anew afterwards."""
        return hashlib.sha256(b"blinds" + self.blinds).hexdigest()

    def mark(self, leaf: str) -> str:
        """Under which name the batch of a leaf is noted."""
        return hmac.digest(self.marks, bytes.fromhex(leaf), "sha256").hex()


def seal_keys(box: str) -> SealKeys:
    """The keys out of the box's key."""
    made = (hmac.digest(box.encode(), f"seal {name}".encode(), "sha256") for name in "mbc")
    return SealKeys(*made)


@dataclass(frozen=True, repr=False)
class BatchTree:
    """The tree of one batch: `leaves` sorted, `places` beside them."""

    blinds: bytes
    number: int
    leaves: Sequence[bytes]
    places: dict[bytes, int] = field(default_factory=dict)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def root(self) -> bytes:
        """The root of the batch."""
        return self.subtree(0, SLOTS)

    def path(self, leaf: bytes) -> list[bytes]:
        """From a leaf of the batch to its root."""
        return tree.inclusion(self.places[leaf], SLOTS, self.subtree)

    def subtree(self, start: int, size: int) -> bytes:
        """The hash of a complete subtree; a blind where no ballot lies."""
        level = size.bit_length() - 1
        found = self.nodes.get((level, start >> level))
        return self._blind(level, start >> level) if found is None else found

    def _blind(self, level: int, index: int) -> bytes:
        said = b"%d:%d:%d" % (self.number, level, index)
        return hmac.digest(self.blinds, said, "sha256")

    def _fill(self) -> None:
        for leaf in self.leaves:
            self.nodes[0, self._place(leaf)] = leaf
        above = {index >> 1 for index in self.places.values()}
        for level in range(DEPTH):
            for index in above:
                left, right = index << level + 1, (index << level + 1) + (1 << level)
                self.nodes[level + 1, index] = tree.node_hash(
                    self.subtree(left, 1 << level), self.subtree(right, 1 << level)
                )
            above = {index >> 1 for index in above}

    def _place(self, leaf: bytes) -> int:
        said = b"%d:" % self.number + leaf
        place = int.from_bytes(hmac.digest(self.blinds, said, "sha256")[:4], "big") % SLOTS
        while (0, place) in self.nodes:
            place = (place + 1) % SLOTS
        self.places[leaf] = place
        return place


def batch_tree(blinds: bytes, number: int, leaves: Iterable[str]) -> BatchTree:
    """The tree over the leaves of a batch, in whatever order they are given."""
    made = BatchTree(blinds, number, sorted(bytes.fromhex(leaf) for leaf in leaves))
    if len(set(made.leaves)) != len(made.leaves) or len(made.leaves) > MOST:
        raise ValueError("a batch holds each leaf once, and at most half as many as places")
    made._fill()
    return made


def packed(leaves: Iterable[str]) -> bytes:
    """Leaves as bytes, sorted."""
    return b"".join(sorted(bytes.fromhex(leaf) for leaf in leaves))


def unpacked(data: bytes) -> list[str]:
    """The leaves of `packed`."""
    return [data[at : at + _LEAF_BYTES].hex() for at in range(0, len(data), _LEAF_BYTES)]
