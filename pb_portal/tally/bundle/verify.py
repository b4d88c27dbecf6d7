"""Checking a bundle without the portal: digests, signature, rule book, lot, ledger, recount.

Every check gives findings in words: what holds, what differs, and notes on what this bundle does
not let anyone check. Nothing is taken on trust but the public key, which the caller may name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from pb_portal.tally.bundle import ed25519
from pb_portal.tally.bundle.archive import BundleError, canonical, digest, parse, unpack
from pb_portal.tally.bundle.build import FORMAT, MANIFEST, SIGNATURE, signature_record
from pb_portal.tally.bundle.recount import recount
from pb_portal.tally.receipt import tree

HOLDS: Final = "holds"
DIFFERS: Final = "differs"
NOTE: Final = "note"
_NEEDED: Final = ("rules.json", "lot.json", "ledger.json", "result.json")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``holds``, ``differs`` or ``note``, and a sentence."""

    kind: str
    text: str


@dataclass(slots=True)
class Report:
    """All findings, in the order of the checks."""

    findings: list[Finding] = field(default_factory=list)
    key: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return all(one.kind != DIFFERS for one in self.findings)

    def say(self, kind: str, text: str) -> None:
        self.findings.append(Finding(kind, text))

    def check(self, holds: bool, right: str, wrong: str) -> None:
        """One of two sentences."""
        self.say(HOLDS if holds else DIFFERS, right if holds else wrong)


def verify(
    source: BinaryIO | str,
    *,
    key: str = "",
    check_engines: bool = False,
    leaves: Iterable[bytes] | None = None,
) -> Report:
    """Check a bundle. ``BundleError`` if it is none; ``key`` is the city's, in hexadecimal;
    ``leaves`` are the lines of the published list of all leaves."""
    members = unpack(source)
    report = Report()
    _manifest(report, members)
    _signature(report, members, key)
    missing = [name for name in _NEEDED if name not in members]
    if missing:
        report.say(DIFFERS, f"The bundle has no {', '.join(missing)}; nothing can be recounted.")
        return report
    rules, lot = parse(members, "rules.json"), parse(members, "lot.json")
    _rules(report, rules)
    seed = _lot(report, lot, rules)
    _ledger(report, parse(members, "ledger.json"), parse(members, "result.json"))
    if leaves is not None:
        _leaves(report, parse(members, "ledger.json"), leaves)
    for kind, text in recount(members, rules, seed, check_engines=check_engines):
        report.say(kind, text)
    return report


def _manifest(report: Report, members: Mapping[str, bytes]) -> None:
    manifest = parse(members, MANIFEST)
    if manifest.get("format") != FORMAT:
        raise BundleError(f"The manifest is not of the format “{FORMAT}”.")
    listed = manifest.get("members")
    if not isinstance(listed, dict):
        raise BundleError("The manifest lists no members.")
    about = manifest.get("about")
    report.about = about if isinstance(about, dict) else {}
    wrong = 0
    for name in sorted({*listed, *members} - {MANIFEST, SIGNATURE}):
        entry = listed.get(name)
        if name not in members:
            text = f"{name} is in the manifest but not in the bundle."
        elif not isinstance(entry, dict):
            text = f"{name} is in the bundle but not in the manifest."
        elif entry.get("sha256") != digest(members[name]):
            text = f"{name} was changed: its digest is not the one in the manifest."
        elif entry.get("bytes") != len(members[name]):
            text = f"{name} is not as long as the manifest says."
        else:
            continue
        wrong += 1
        report.say(DIFFERS, text)
    if not wrong:
        report.say(HOLDS, f"All {len(listed)} members have the digests of the manifest.")


def _signature(report: Report, members: Mapping[str, bytes], key: str) -> None:
    if SIGNATURE not in members:
        report.say(DIFFERS, "The bundle is not signed.")
        return
    signature = parse(members, SIGNATURE)
    public, signed = _hex(signature.get("key")), _hex(signature.get("signature"))
    report.key = public.hex()
    report.check(
        members[SIGNATURE] == signature_record(public, signed)
        and ed25519.verify(public, members[MANIFEST], signed),
        f"The manifest is signed with the key {report.key}.",
        "The signature does not fit the manifest.",
    )
    if key:
        report.check(
            report.key == key.strip().lower(),
            "That is the key you named.",
            "It is signed with another key than the one you named.",
        )
    else:
        report.say(NOTE, "Compare the key with the one the city publishes, or name it by --key.")


def _rules(report: Report, rules: Mapping[str, Any]) -> None:
    report.check(
        rules.get("rule_book_sha256") == digest(canonical(rules.get("rule_book"))),
        f"The rule book has the digest {rules.get('rule_book_sha256')}.",
        "The rule book is not the one its digest was made of.",
    )


def _lot(report: Report, lot: Mapping[str, Any], rules: Mapping[str, Any]) -> bytes:
    seed, commitment = _hex(lot.get("seed")), lot.get("commitment")
    report.check(
        bool(seed) and digest(seed) == commitment,
        f"The seed of the lot is the one committed to before the vote ({commitment}).",
        "The seed of the lot is not the one committed to before the vote.",
    )
    book = rules.get("rule_book")
    promised = book.get("lot_commitment") if isinstance(book, dict) else None
    if promised is not None:
        report.check(
            promised == commitment,
            "The rule book holds that commitment.",
            "The rule book holds another commitment of the lot.",
        )
    return seed


def _ledger(report: Report, ledger: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    heads = ledger.get("heads")
    if not isinstance(heads, list) or not heads:
        report.say(NOTE, "The bundle holds no head of the ledger of ballots.")
        return
    sizes = [
        size for one in heads if isinstance(one, dict) and isinstance(size := one.get("size"), int)
    ]
    if len(sizes) != len(heads) or sizes != sorted(sizes):
        report.say(DIFFERS, "The heads of the ledger do not grow.")
        return
    root = heads[-1].get("root")
    report.say(HOLDS, f"The last head of the ledger has {sizes[-1]} leaves and the root {root}.")
    ballots = ledger.get("ballots")
    if isinstance(ballots, int):
        report.check(
            ballots <= sizes[-1],
            f"The ledger has a leaf for each of the {ballots} ballots counted.",
            f"{ballots} ballots were counted, more than the ledger has leaves.",
        )
    _head_signatures(report, ledger, heads)


def _leaves(report: Report, ledger: Mapping[str, Any], lines: Iterable[bytes]) -> None:
    heads = ledger.get("heads")
    last = heads[-1] if isinstance(heads, list) and heads else {}
    try:
        root, size = tree.root_of_leaves(bytes.fromhex(line.decode().strip()) for line in lines)
    except ValueError as error:
        raise BundleError("The list of leaves is not one hexadecimal leaf a line.") from error
    report.check(
        (last.get("root"), last.get("size")) == (root.hex(), size),
        "The list of leaves has the root and the size of the last head of the ledger.",
        "The list of leaves is not the one of the last head of the ledger.",
    )


def _head_signatures(
    report: Report, ledger: Mapping[str, Any], heads: list[dict[str, Any]]
) -> None:
    key = _hex(ledger.get("key")) or _hex(report.key)
    signed = [one for one in heads if "signature" in one]
    wrong = sum(
        not ed25519.verify(
            key,
            canonical({name: value for name, value in one.items() if name != "signature"}),
            _hex(one["signature"]),
        )
        for one in signed
    )
    if not signed:
        report.say(NOTE, "The heads of the ledger are not signed one by one.")
        return
    report.check(
        not wrong,
        f"All {len(signed)} signatures on heads of the ledger fit.",
        f"{wrong} signatures on heads of the ledger do not fit.",
    )


def _hex(value: object) -> bytes:
    """Bytes written in hexadecimal; none where they are not."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
