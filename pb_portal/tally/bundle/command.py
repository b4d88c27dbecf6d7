"""``python -m pb_portal.tally verify BUNDLE``: check a published result without the portal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from pb_portal.tally.bundle.archive import BundleError
from pb_portal.tally.bundle.report import DIFFERS, HOLDS, NOTE, Report, last_word
from pb_portal.tally.bundle.verify import verify

_MARKS = {HOLDS: "ok", DIFFERS: "DIFFERS", NOTE: "NOT checked"}

EPILOG = """Exit status 0: what was checked holds and the signer is the one you named; 1: something
differs; 2: the file is no result bundle; 3: nothing differs, but the signer is unknown. What was
not checked is listed as NOT checked. Name the key, the digest of the rule book, the leaves and the
heads as the city published them, from where you found them and not from the bundle."""


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        with Path(options.leaves).open("rb") if options.leaves else nullcontext() as leaves:
            report = verify(
                options.bundle,
                key=options.key,
                rules=options.rules,
                check_engines=options.both_engines,
                leaves=leaves,
                heads=Path(options.heads).read_bytes() if options.heads else None,
                poll=Path(options.poll).read_bytes() if options.poll else None,
            )
    except BundleError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The file cannot be read: {error.strerror or error}.", file=sys.stderr)
        return 2
    _show(report, as_json=options.json)
    if not report.holds:
        return 1
    return 0 if report.signer_known else 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pb_portal.tally verify",
        description="Check a result bundle and count it again.",
        epilog=EPILOG,
    )
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument("--key", metavar="HEX", default="", help="the city's public key")
    parser.add_argument(
        "--rules", metavar="HEX", default="", help="the digest of the rule book, published before"
    )
    parser.add_argument(
        "--heads", metavar="HEADS.json", default="", help="a kept list of the ledger's signed heads"
    )
    parser.add_argument(
        "--poll", metavar="POLL.json", default="", help="areas, budgets and prices as published"
    )
    parser.add_argument(
        "--leaves", metavar="LEAVES.txt", default="", help="the published list of all leaves"
    )
    parser.add_argument(
        "--both-engines", action="store_true", help="count equal shares by both engines (slow)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        findings = [{"kind": one.kind, "text": one.text} for one in report.findings]
        told = {
            "holds": report.holds,
            "key": report.key,
            "signer_known": report.signer_known,
            "not_checked": report.unchecked,
            "findings": findings,
            "last_word": last_word(report),
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    for one in report.findings:
        print(f"{_MARKS[one.kind]:<11} {_printable(one.text)}")
    print(last_word(report))


def _printable(text: str) -> str:
    """A sentence without what a bundle could smuggle into a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
