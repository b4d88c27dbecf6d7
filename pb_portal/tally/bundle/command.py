"""``python -m pb_portal.tally verify BUNDLE``: check a published result without the portal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from pb_portal.tally.bundle.archive import BundleError
from pb_portal.tally.bundle.verify import HOLDS, Report, verify

EPILOG = """Exit status 0: all that can be checked holds; 1: something differs; 2: the file is no
result bundle. Digests, signature and lot are checked, and every area is counted again."""


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        with Path(options.leaves).open("rb") if options.leaves else nullcontext() as leaves:
            report = verify(
                options.bundle, key=options.key, check_engines=options.both_engines, leaves=leaves
            )
    except BundleError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The file cannot be read: {error.strerror or error}.", file=sys.stderr)
        return 2
    _show(report, as_json=options.json)
    return 0 if report.holds else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pb_portal.tally verify",
        description="Check a result bundle and count it again.",
        epilog=EPILOG,
    )
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument("--key", metavar="HEX", default="", help="the city's public key")
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
        told = {"holds": report.holds, "key": report.key, "findings": findings}
        print(json.dumps(told, ensure_ascii=False))
        return
    for one in report.findings:
        print(f"{'ok' if one.kind == HOLDS else one.kind:<8} {one.text}")
    differing = sum(one.kind == "differs" for one in report.findings)
    print("All that can be checked holds." if report.holds else f"{differing} things differ.")
