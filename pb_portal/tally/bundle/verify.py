"""Checking a bundle without the portal: digests, signature, rule book, lot, ledger, recount.

Every check gives findings in words: what holds, what differs, and what was not checked because this
bundle, or what was handed in beside it, does not let anyone. The bundle is not believed about
itself: what its signer could have made up together is compared with what the caller holds, the
city's key, the digest of the rule book, the list of leaves and the heads, or said to be unchecked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from pb_portal.tally.bundle import ed25519
from pb_portal.tally.bundle.archive import BundleError, canonical, digest, parse, unpack
from pb_portal.tally.bundle.areas import Files
from pb_portal.tally.bundle.build import FORMATS, MANIFEST, SIGNATURE, signature_record
from pb_portal.tally.bundle.ledger import Given, check_ledger
from pb_portal.tally.bundle.recount import recount
from pb_portal.tally.bundle.report import DIFFERS, HOLDS, NOTE, Finding, Report
from pb_portal.tally.bundle.rulebook import POLL, Rules

__all__ = ["DIFFERS", "HOLDS", "NOTE", "Finding", "Report", "verify"]

_NEEDED: Final = ("rules.json", "lot.json", "ledger.json", "result.json")


def verify(
    source: BinaryIO | str,
    *,
    key: str = "",
    rules: str = "",
    check_engines: bool = False,
    leaves: Iterable[bytes] | None = None,
    heads: bytes | None = None,
    poll: bytes | None = None,
) -> Report:
    """Check a bundle. ``BundleError`` if it is none.

    ``key`` is the city's and ``rules`` the digest of its rule book, in hexadecimal; ``leaves`` are
    the lines of the published list of all leaves, ``heads`` the bytes of a list of signed heads and
    ``poll`` those of the poll as it was published when the vote began.
    """
    members = unpack(source)
    given = Given(key.strip().lower(), rules, leaves, heads, poll)
    report = Report()
    _manifest(report, members)
    _signature(report, members, given.key)
    book = Rules(report, members, given)
    _spelling(report, members)
    book.check()
    Files(book).check()
    report.guard("The ledger", lambda: check_ledger(report, book.ledger, given))
    seed = book.lot.get("seed")
    try:
        drawn = bytes.fromhex(seed) if isinstance(seed, str) else b""
    except ValueError:
        drawn = b""

    def count_again() -> None:
        for kind, text in recount(
            members, book.rules, drawn, check_engines=check_engines, about=report.about,
            older=report.older,
        ):  # fmt: skip
            report.say(kind, text)

    report.guard("The result", count_again)
    report.say(
        NOTE,
        "That each published ballot is the one a leaf was made of: leaves open with the city's "
        "keys only, which is what its auditor's command is for.",
    )
    return report


def _manifest(report: Report, members: Mapping[str, bytes]) -> None:
    manifest = parse(members, MANIFEST)
    if manifest.get("format") not in FORMATS:
        raise BundleError(f"The manifest is not of the format “{FORMATS[-1]}”.")
    listed, about = manifest.get("members"), manifest.get("about")
    if not isinstance(listed, dict) or not isinstance(about, dict):
        raise BundleError("The manifest lists no members.")
    if missing := [name for name in _NEEDED if name not in members]:
        raise BundleError(f"The bundle has no {', '.join(missing)}; nothing can be recounted.")
    report.about = about
    wrong = [*_member_faults(listed, members)]
    for text in wrong:
        report.say(DIFFERS, text)
    if not wrong:
        report.say(HOLDS, f"All {len(listed)} members have the digests of the manifest.")
    if set(manifest) != {"format", "about", "members"}:
        report.say(DIFFERS, "The manifest holds something else than a manifest.")
    report.older = manifest["format"] != FORMATS[-1]
    if report.older:
        report.say(NOTE, f"It is of the older format “{manifest['format']}”, which tells less.")


def _member_faults(listed: Mapping[str, Any], members: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({*listed, *members} - {MANIFEST, SIGNATURE}):
        entry = listed.get(name)
        if name not in members:
            raise BundleError(f"{name} is in the manifest but not in the bundle.")
        if not isinstance(entry, dict):
            raise BundleError(f"{name} is in the bundle but not in the manifest.")
        if not (name.startswith("areas/") or name in (*_NEEDED, POLL)):
            raise BundleError(f"{name} is nothing a bundle holds.")
        if entry.get("sha256") != digest(members[name]):
            yield f"{name} was changed: its digest is not the one in the manifest."
        elif entry.get("bytes") != len(members[name]):
            yield f"{name} is not as long as the manifest says."
        elif set(entry) != {"bytes", "sha256"}:
            yield f"{name} has something else in the manifest than length and digest."


def _spelling(report: Report, members: Mapping[str, bytes]) -> None:
    """JSON has one spelling, so that a digest of it can be made again."""
    for name, data in members.items():
        if name.endswith(".json") and canonical(parse(members, name)) != data:
            report.say(DIFFERS, f"{name} is not in the one spelling of JSON that bundles have.")


def _signature(report: Report, members: Mapping[str, bytes], key: str) -> None:
    if SIGNATURE not in members:
        report.say(DIFFERS, "The bundle is not signed.")
        return
    signature = parse(members, SIGNATURE)
    public, signed = _hex(signature.get("key")), _hex(signature.get("signature"))
    report.key = public.hex()
    fits = members[SIGNATURE] == signature_record(public, signed) and ed25519.verify(
        public, members[MANIFEST], signed
    )
    report.check(
        fits,
        f"The manifest is signed with the key {report.key}.",
        "The signature does not fit the manifest.",
    )
    if key:
        report.signer_known = fits and report.key == key
        report.check(
            report.key == key,
            "That is the key you named.",
            "It is signed with another key than the one you named.",
        )
    else:
        report.say(NOTE, "Who signed it: compare the key with the city's, or name it by --key.")


def _hex(value: object) -> bytes:
    """Bytes written in hexadecimal; none where they are not."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
