"""The proof of a receipt: where its leaf lies, and the way from there to a signed head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.sealing import SLOTS, SealKeys
from pb_portal.tally.bundle import canonical
from pb_portal.tally.receipt import FORMAT, tree
from pb_portal.voting import queries
from pb_portal.voting.ledger import batches
from pb_portal.voting.models import LedgerBatch, SealedLeaf


@dataclass(frozen=True)
class Place:
    """Where a receipt's ballot lies: in the box, and in which batch once it is sealed."""

    leaf: str
    batch: int | None
    readable: bool = True
    """Whether the key is still the one the ledger was sealed under."""


def find_place(session: Session, cycle_id: int, receipt: str, keys: SealKeys) -> Place | None:
    """The place of a receipt; None when there is no ballot with it.

    A ballot that a later one replaced has its place like any other.
    """
    leaf = queries.find_receipt(session, cycle_id, receipt)
    if leaf is None:
        return None
    batch = session.scalar(
        select(SealedLeaf.batch).where(
            SealedLeaf.cycle_id == cycle_id, SealedLeaf.mark == keys.mark(leaf)
        )
    )
    last = next(iter(batches.newest(session, cycle_id)), None)
    return Place(leaf, batch, last is None or last.blinds == keys.commitment)


def proof_of(session: Session, cycle_id: int, slug: str, place: Place, keys: SealKeys) -> bytes:
    """The file that proves a place to anyone. Refuses (`ledger.unreadable`) when the batch cannot
    be opened, and raises `Missing` when it is not sealed yet."""
    batch = batches.find(session, cycle_id, place.batch) if place.batch else None
    if batch is None:
        raise Missing("batch")
    leaves = batches.opened(batch, keys)
    if leaves is None or place.leaf not in leaves:
        raise Refusal("ledger.unreadable")
    made, leaf = batches.tree_of(batch, keys, leaves), bytes.fromhex(place.leaf)
    forest = batches.Forest(session, cycle_id)
    proof = {
        "batch": {
            "index": made.places[leaf],
            "number": batch.number,
            "path": _hexed(made.path(leaf)),
            "root": batch.root,
            "slots": SLOTS,
        },
        "cycle": slug,
        "format": FORMAT,
        "head": batches.head_of(batch, slug),
        "key": batch.public_key,
        "leaf": place.leaf,
        "tree": {"path": _hexed(tree.inclusion(batch.number - 1, batch.number, forest.subtree))},
    }
    return canonical(proof)


def heads_before(
    session: Session, cycle_id: int, slug: str, number: int | None, most: int
) -> list[dict[str, Any]]:
    """Heads up to a number (or to the newest), the newest first."""
    rows = (
        batches.newest(session, cycle_id, most)
        if number is None
        else batches.before(session, cycle_id, number, most)
    )
    return [batches.head_of(row, slug) for row in rows]


def consistency_of(session: Session, cycle_id: int, first: int, second: int) -> dict[str, Any]:
    """That the head over `first` batches is the beginning of the one over `second`.

    Raises `Missing` for heads that are not there.
    """
    last = session.scalar(
        select(func.max(LedgerBatch.number)).where(LedgerBatch.cycle_id == cycle_id)
    )
    if not 0 < first <= second <= (last or 0):
        raise Missing("head")
    forest = batches.Forest(session, cycle_id)
    path = tree.consistency(first, second, forest.subtree)
    return {"first": first, "path": _hexed(path), "second": second}


def _hexed(path: list[bytes]) -> list[str]:
    return [step.hex() for step in path]
