"""The proof of a receipt: a leaf, its path to the batch, the batch's path to a signed head.

Checking takes nothing on trust but the public key, which the caller may name, and the head, which
the caller may have kept from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pb_portal.tally.bundle import ed25519
from pb_portal.tally.bundle.archive import BundleError, canonical, parse_json
from pb_portal.tally.model import ElectionError
from pb_portal.tally.receipt import tree
from pb_portal.tally.receipt.code import leaf_prefix

FORMAT: Final = "pb-portal receipt proof 1"
HEAD_KIND: Final = "ledger head 1"
_HEX: Final = frozenset("0123456789abcdef")
_MEMBERS: Final = {"batch", "cycle", "format", "head", "key", "leaf", "tree"}
_BATCH: Final = {"index", "number", "path", "root", "slots"}
_HEAD: Final = {
    "at", "batch", "batches", "cycle", "kind", "blinds", "previous", "root", "signature", "slots",
}  # fmt: skip


class ProofError(ElectionError):
    """The file is no proof; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at, whether it holds, and a sentence."""

    code: str
    holds: bool
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the one who checks brings along: the receipt, a head kept from elsewhere, with the
    proof that leads from the proof's head to it, and the city's public key."""

    receipt: str = ""
    key: str = ""
    head: Mapping[str, Any] | None = None
    consistency: Mapping[str, Any] | None = None


def record_leaf(cycle: str, number: int, root: str) -> bytes:
    """The leaf of a batch in the tree over all batches."""
    return tree.leaf_hash(canonical({"batch": number, "cycle": cycle, "root": root}))


def statement(head: Mapping[str, Any]) -> bytes:
    """The bytes of a head that are signed: all of it but the signature."""
    return canonical({name: value for name, value in head.items() if name != "signature"})


def signed(head: Mapping[str, Any], key: str) -> bool:
    """Whether the signature of a head holds under a public key."""
    return ed25519.verify(_bytes(key), statement(head), _bytes(head.get("signature")))


def load(raw: bytes) -> dict[str, Any]:
    """A proof as it was downloaded; `ProofError` where it is none or was spelled anew."""
    try:
        data = parse_json(raw, "The file")
    except BundleError as error:
        raise ProofError(str(error)) from error
    spelled = canonical(data)
    if data.get("format") != FORMAT:
        raise ProofError(f"The file is not of the format “{FORMAT}”.")
    if spelled != raw.rstrip(b"\r\n"):
        raise ProofError("The file is not written as the portal writes it.")
    _shaped(data)
    return data


def check(proof: Mapping[str, Any], kept: Kept | None = None) -> list[Step]:
    """Every step from the receipt to the head. `proof` comes from `load`."""
    kept = kept or Kept()
    steps = [*_receipt(proof, kept.receipt), _in_batch(proof), _in_tree(proof), _signature(proof)]
    if kept.key:
        steps.append(_step("key", kept.key.strip().lower() == proof["key"]))
    if kept.head is not None:
        steps += _published(proof, kept)
    return steps


def _receipt(proof: Mapping[str, Any], receipt: str) -> list[Step]:
    if not receipt:
        return []
    start = leaf_prefix(receipt)
    return [_step("receipt", start is not None and proof["leaf"].startswith(start))]


def _in_batch(proof: Mapping[str, Any]) -> Step:
    batch, head = proof["batch"], proof["head"]
    found = tree.root_of_inclusion(
        batch["index"], batch["slots"], _bytes(proof["leaf"]), _path(batch["path"])
    )
    holds = found == _bytes(batch["root"]) and head["batch"] == batch["root"]
    return _step("batch", holds and head["slots"] == batch["slots"])


def _in_tree(proof: Mapping[str, Any]) -> Step:
    batch, head = proof["batch"], proof["head"]
    record = record_leaf(proof["cycle"], batch["number"], batch["root"])
    found = tree.root_of_inclusion(
        batch["number"] - 1, head["batches"], record, _path(proof["tree"]["path"])
    )
    same = head["batches"] == batch["number"] and head["cycle"] == proof["cycle"]
    return _step("tree", same and found == _bytes(head["root"]))


def _signature(proof: Mapping[str, Any]) -> Step:
    head = proof["head"]
    return _step("signature", head["kind"] == HEAD_KIND and signed(head, proof["key"]))


def _published(proof: Mapping[str, Any], kept: Kept) -> list[Step]:
    mine, other = proof["head"], kept.head
    assert other is not None
    steps = [_step("published", _is_head(other) and signed(other, proof["key"]))]
    if not steps[0].holds or other["batches"] == mine["batches"]:
        return [*steps, _step("same", other.get("root") == mine["root"])]
    first, second = sorted((mine, other), key=lambda head: int(head["batches"]))
    path = (kept.consistency or {}).get("path")
    holds = _is_path(path) and tree.is_consistent(
        first["batches"], second["batches"], _bytes(first["root"]), _bytes(second["root"]),
        _path(path or []),
    )  # fmt: skip
    return [*steps, _step("extends", holds and first["cycle"] == second["cycle"])]


TEXTS: Final = {
    "receipt": (
        "The receipt belongs to this proof.",
        "The receipt is not the one of this proof.",
    ),
    "batch": (
        "The ballot's fingerprint lies in its batch.",
        "The ballot's fingerprint does not lead to the root of its batch.",
    ),
    "tree": (
        "The batch lies in the ledger under the head.",
        "The batch does not lead to the head of the ledger.",
    ),
    "signature": (
        "The head is signed with the key of the proof.",
        "The signature does not fit the head.",
    ),
    "key": (
        "That is the key you named.",
        "It is signed with another key than the one you named.",
    ),
    "published": (
        "The published head is signed with the same key.",
        "The published head is no head, or is not signed with this key.",
    ),
    "same": (
        "The published head and the head of the proof are the same.",
        "The published head and the head of the proof are not the same.",
    ),
    "extends": (
        "One of the two heads is the beginning of the other: nothing was taken out between them.",
        "It is not shown that one of the two heads is the beginning of the other.",
    ),
}


def _step(code: str, holds: bool) -> Step:
    right, wrong = TEXTS[code]
    return Step(code, holds, right if holds else wrong)


def _shaped(data: Mapping[str, Any]) -> None:
    batch, head, branch = data.get("batch"), data.get("head"), data.get("tree")
    fine = (
        set(data) == _MEMBERS
        and isinstance(batch, dict)
        and set(batch) == _BATCH
        and all(type(batch[name]) is int for name in ("index", "number", "slots"))
        and _is_path(batch["path"])
        and isinstance(branch, dict)
        and set(branch) == {"path"}
        and _is_path(branch["path"])
        and isinstance(head, dict)
        and _is_head(head)
        and all(_is_hash(one) for one in (data["leaf"], data["key"], batch["root"]))
        and isinstance(data["cycle"], str)
    )
    if not fine:
        raise ProofError("The proof does not have the parts it should have.")


def _is_head(head: Mapping[str, Any]) -> bool:
    return (
        set(head) == _HEAD
        and all(type(head[name]) is int for name in ("batches", "slots"))
        and all(_is_hash(head[name]) for name in ("batch", "blinds", "previous", "root"))
        and all(isinstance(head[name], str) for name in ("at", "cycle", "kind", "signature"))
    )


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 2 * tree.HASH_BYTES and set(value) <= _HEX


def _is_path(value: object) -> bool:
    return isinstance(value, list) and len(value) <= 64 and all(map(_is_hash, value))


def _path(values: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def _bytes(value: object) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
