"""The ledger of ballots beside the result: heads, leaves, and how many ballots there may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pb_portal.tally.bundle import ed25519
from pb_portal.tally.bundle.archive import BundleError, canonical, parse_value
from pb_portal.tally.bundle.report import DIFFERS, HOLDS, NOTE, Report
from pb_portal.tally.receipt import tree

_ROOT: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
Head = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller holds beside the bundle: none of it comes from the bundle itself."""

    key: str = ""
    rules_sha256: str = ""
    leaves: Iterable[bytes] | None = None
    heads: bytes | None = None
    poll: bytes | None = None


def check_ledger(report: Report, ledger: Mapping[str, Any], given: Given) -> None:
    """The heads by themselves, then against what the caller holds."""
    heads = ledger.get("heads")
    if not isinstance(heads, list) or not heads:
        report.say(NOTE, "The bundle holds no head of the ledger of ballots.")
        if given.leaves is not None or given.heads is not None:
            report.say(DIFFERS, "A list of leaves or heads was named, and the bundle has no head.")
        return
    if not all(map(_is_head, heads)):
        report.say(DIFFERS, "A head of the ledger is not written as heads are.")
        return
    sizes = [head["size"] for head in heads]
    cycles = {head.get("cycle") for head in heads if "cycle" in head}
    cycle = report.about.get("cycle")
    if sizes != sorted(sizes):
        report.say(DIFFERS, "The heads of the ledger do not grow.")
    elif cycles - {cycle}:
        report.say(DIFFERS, "The heads of the ledger are of another vote.")
    else:
        root = heads[-1]["root"]
        report.say(HOLDS, f"The last head of the ledger has {sizes[-1]} leaves, the root {root}.")
    _signatures(report, ledger, heads, given)
    _sums(report, ledger, sizes[-1])
    _leaves(report, heads[-1], given.leaves)
    _published(report, ledger, heads, given)


def _is_head(head: object) -> bool:
    return (
        isinstance(head, dict)
        and type(head.get("size")) is int
        and head["size"] >= 0
        and isinstance(head.get("root"), str)
        and isinstance(head.get("at"), str)
    )


def _signatures(report: Report, ledger: Mapping[str, Any], heads: list[Head], given: Given) -> None:
    key = ledger.get("key") or report.key
    signed = [head for head in heads if "signature" in head]
    wrong = sum(not is_signed(head, key) for head in signed)
    if len(signed) < len(heads):
        report.say(NOTE, "Not every head of the ledger is signed by itself.")
    if signed:
        report.check(
            not wrong,
            f"All {len(signed)} signatures on heads of the ledger fit.",
            f"{wrong} signatures on heads of the ledger do not fit.",
        )
    if signed and key != (given.key or report.key):
        report.say(NOTE, f"The heads are signed with another key, {_short(key)}: is it the city's?")


def is_signed(head: Head, key: object) -> bool:
    """Whether the signature of a head is by this key."""
    message = canonical({name: value for name, value in head.items() if name != "signature"})
    return ed25519.verify(_hex(key), message, _hex(head.get("signature")))


def _sums(report: Report, ledger: Mapping[str, Any], size: int) -> None:
    """Leaves = ballots counted, set aside (replaced or void), and what declares some void."""
    ballots, aside, voids = (ledger.get(key) for key in ("ballots", "set_aside", "declarations"))
    if ballots is None:
        report.say(NOTE, "How many ballots were counted is not published, since few voted.")
        return
    if not all(type(one) is int and one >= 0 for one in (ballots, aside or 0, voids or 0)):
        report.say(DIFFERS, "ledger.json counts ballots in something else than whole numbers.")
        return
    if aside is None or voids is None:
        report.check(
            ballots <= size,
            f"The ledger has a leaf for each of the {ballots} ballots counted.",
            f"{ballots} ballots were counted, more than the ledger has leaves.",
        )
        if ballots < size:
            report.say(
                NOTE, f"Why {size - ballots} leaves were not counted: this bundle does not say."
            )
        return
    report.check(
        ballots + aside + voids == size,
        f"The {size} leaves are {ballots} ballots counted, {aside} replaced or void, and {voids} "
        "declarations that one is void.",
        f"{ballots} ballots counted, {aside} replaced or void and {voids} declarations of that are "
        f"not the {size} leaves of the last head.",
    )


def _leaves(report: Report, last: Head, lines: Iterable[bytes] | None) -> None:
    if lines is None:
        report.say(
            NOTE, "The leaves of the ledger against its head: name the published list by --leaves."
        )
        return
    try:
        root, size = tree.root_of_leaves(bytes.fromhex(line.decode().strip()) for line in lines)
    except ValueError as error:
        raise BundleError("The list of leaves is not one hexadecimal leaf a line.") from error
    report.check(
        (last["root"], last["size"]) == (root.hex(), size),
        "The list of leaves has the root and the size of the last head of the ledger.",
        "The list of leaves is not the one of the last head of the ledger.",
    )


def _published(report: Report, ledger: Mapping[str, Any], heads: list[Head], given: Given) -> None:
    """The heads of the bundle against a list that was kept from the city's page."""
    if given.heads is None:
        report.say(NOTE, "Its heads against the published ones: name a kept list by --heads.")
        return
    kept = _kept_heads(given.heads)
    closing = [head for head in kept if "size" in head]
    batches = [head for head in kept if "batches" in head]
    key = given.key or ledger.get("key") or report.key
    wrong = sum(not is_signed(head, key) for head in kept)
    report.check(
        not wrong,
        f"The {len(kept)} heads you kept are signed with the key.",
        f"{wrong} of the {len(kept)} heads you kept are not signed with the key.",
    )
    if closing:
        report.check(
            sorted(map(canonical, closing)) == sorted(map(canonical, heads)),
            "The heads after the close are those you kept.",
            "The heads after the close are not those you kept.",
        )
    else:
        report.say(NOTE, "The list you kept has no head signed after the close.")
    if batches:
        report.say(
            NOTE,
            "That the batches you kept from the time of the vote lead to these leaves: a receipt's "
            "proof shows it for its own leaf, consistency.json for one batch after another.",
        )


def _kept_heads(data: bytes) -> list[Head]:
    """The heads of a list as the city publishes it: an object with heads, or the heads alone."""
    value = parse_value(data, "The list of heads")
    listed = value.get("heads") if isinstance(value, dict) else value
    if not isinstance(listed, list) or not listed:
        raise BundleError("The list of heads holds no heads.")
    for head in listed:
        batch = isinstance(head, dict) and type(head.get("batches")) is int
        if not (batch or _is_head(head)):
            raise BundleError("The list of heads holds something else than heads.")
    return listed


def _hex(value: object) -> bytes:
    """Bytes written in hexadecimal; none where they are not."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _short(value: object) -> str:
    return str(value)[:64]
