"""The Merkle tree of RFC 6962: paths that prove inclusion and consistency, and checking them.

Proofs are made from a function that gives the hash of any complete subtree, so that a maker need
not hold the leaves. Checking follows RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

LEAF = b"\x00"
NODE = b"\x01"
HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()

#: The hash of the complete subtree over leaves start … start + size - 1, with size a power of two
#: that divides start.
Subtree = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(NODE + left + right).digest()


def parts(size: int) -> list[tuple[int, int]]:
    """(start, size) of the complete subtrees a tree of some size consists of, left to right."""
    found, start = [], 0
    for bit in range(size.bit_length() - 1, -1, -1):
        if size >> bit & 1:
            found.append((start, 1 << bit))
            start += 1 << bit
    return found


def root(size: int, subtree: Subtree) -> bytes:
    """The root over the first leaves."""
    return _hash(0, size, subtree) if size else EMPTY


def root_of_leaves(leaves: Iterable[bytes]) -> tuple[bytes, int]:
    """The root over leaves as they come, and how many there were.

    Works in one pass: a stack of full subtrees, merged like carries of a binary counter.
    """
    stack: list[tuple[int, bytes]] = []
    count = 0
    for leaf in leaves:
        size, digest, count = 1, leaf, count + 1
        while stack and stack[-1][0] == size:
            digest = node_hash(stack.pop()[1], digest)
            size *= 2
        stack.append((size, digest))
    if not stack:
        return EMPTY, 0
    _, found = stack.pop()
    while stack:
        found = node_hash(stack.pop()[1], found)
    return found, count


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The path from a leaf to the root of the tree over the first `size` leaves."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            path.append(_hash(middle, end, subtree))
            end = middle
        else:
            path.append(_hash(start, middle, subtree))
            start = middle
    return path[::-1]


def consistency(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """The proof that the tree of `first` leaves is the beginning of the tree of `second`."""
    start, end, path, whole = 0, second, [], True
    while first != end:
        middle = start + _half(end - start)
        if first <= middle:
            path.append(_hash(middle, end, subtree))
            end = middle
        else:
            path.append(_hash(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        path.append(_hash(start, end, subtree))
    return path[::-1]


def root_of_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root a path leads to; None where index, size and length of the path do not agree."""
    if not 0 <= index < size:
        return None
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the first tree is the beginning of the second."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = list(path) if first & (first - 1) else [first_root, *path]
    if not steps:
        return False
    return _replay(first - 1, second - 1, steps) == (first_root, second_root)


def _replay(here: int, last: int, steps: list[bytes]) -> tuple[bytes, bytes] | None:
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return (old, new) if last == 0 else None


def _half(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def _hash(start: int, end: int, subtree: Subtree) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        return subtree(start, size)
    middle = start + _half(size)
    return node_hash(subtree(start, middle - start), _hash(middle, end, subtree))
