"""Ballots as bytes, their leaves and receipts, and the tree over all leaves (RFC 6962)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence

from pb_portal.tally.receipt import tree
from pb_portal.tally.receipt.code import leaf_prefix, receipt_of

__all__ = [
    "ballot_key",
    "canonical",
    "card_order",
    "cycle_key",
    "leaf",
    "leaf_of_entry",
    "leaf_prefix",
    "nonce",
    "receipt_of",
    "tree_root",
]

LEAF = tree.LEAF


def cycle_key(key: str, cycle_id: int) -> str:
    """The key of one cycle's ballot box, out of the installation's key."""
    return _keyed(key, "box", str(cycle_id))


def ballot_key(box: str, voter_key: str) -> str:
    """Under which name a voter's ballots lie in the box; needs the box's key."""
    return _keyed(box, "ballot", voter_key)


def card_order(box: str, voter_key: str, ids: Iterable[int]) -> list[int]:
    """Proposal ids in the order in which one voter sees their cards; the same at every visit.

    Whoever looks on sees this order, so it must lead to no row: its key is derived from the box's
    key for this purpose alone and is stored nowhere.
    """
    key = _keyed(box, "cards", voter_key)
    return sorted(ids, key=lambda one: _keyed(key, str(one)))


def nonce(box: str, name: str, submission: str) -> str:
    """128 bits for one sending of one ballot.

    The same sending repeated gives the same nonce, so that a retry finds its own ballot.
    """
    return _keyed(box, "nonce", name, submission)[:32]


def canonical(
    cycle_id: int,
    name: str,
    revision: int,
    area_id: int,
    choices: Sequence[int],
    points: Sequence[int] = (),
) -> bytes:
    """The one way to write a ballot: compact JSON of its fields in fixed order."""
    fields = [cycle_id, name, revision, area_id, list(choices), list(points)]
    return json.dumps(fields, separators=(",", ":")).encode()


def void_record(cycle_id: int, name: str, through: int, reason: str) -> bytes:
    """The one way to write that a ballot is void, up to and with a revision."""
    return json.dumps(["void", cycle_id, name, through, reason], separators=(",", ":")).encode()


def leaf(ballot: bytes, once: str) -> str:
    """Hex SHA-256(0x00 ‖ ballot ‖ nonce): commits to the ballot and shows nothing of it."""
    return hashlib.sha256(LEAF + ballot + bytes.fromhex(once)).hexdigest()


def leaf_of_entry(entry: bytes) -> str:
    """RFC 6962 leaf hash of any bytes."""
    return hashlib.sha256(LEAF + entry).hexdigest()


def tree_root(leaves: Iterable[str]) -> str:
    """RFC 6962 tree head over hex leaves in the order given; of no leaves, SHA-256 of nothing."""
    return tree.root_of_leaves(map(bytes.fromhex, leaves))[0].hex()


def _keyed(key: str, *parts: str) -> str:
    return hmac.digest(key.encode(), "\x1f".join(parts).encode(), "sha256").hex()
