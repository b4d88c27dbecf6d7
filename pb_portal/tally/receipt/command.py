"""``python -m pb_portal.tally receipt PROOF.json``: check a receipt without the portal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pb_portal.tally.bundle.archive import BundleError, parse_json
from pb_portal.tally.receipt.proof import Kept, ProofError, Step, check, load

EPILOG = """Exit status 0: every step holds; 1: one does not; 2: a file is not what it should be.
Nothing is sent anywhere. Compare the key with the one the city publishes, or name it by --key. The
head may be one that you or somebody else kept from heads.json; when it is not the proof's own,
--consistency names the file that leads from one to the other."""


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        proof = load(Path(options.proof).read_bytes())
        head = _head(_json(options.head), proof) if options.head else None
        further = _json(options.consistency) if options.consistency else None
        steps = check(proof, Kept(options.receipt, options.key, head, further))
        leaves = _listed(options.leaves, proof["leaf"]) if options.leaves else []
    except ProofError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The file cannot be read: {error.strerror or error}.", file=sys.stderr)
        return 2
    return _show(proof, [*steps, *leaves], as_json=options.json, named=bool(options.key))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pb_portal.tally receipt",
        description="Check that a ballot lies in the ledger of a vote.",
        epilog=EPILOG,
    )
    parser.add_argument("proof", metavar="PROOF.json", help="the proof the portal gave out")
    parser.add_argument("--receipt", metavar="CODE", default="", help="the code the voter kept")
    parser.add_argument("--head", metavar="HEAD.json", help="a published head, or heads.json")
    parser.add_argument("--consistency", metavar="FILE", help="what leads from one head to another")
    parser.add_argument("--leaves", metavar="LEAVES.txt", help="the list published with the result")
    parser.add_argument("--key", metavar="HEX", default="", help="the city's public key")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _json(path: str) -> Mapping[str, Any]:
    try:
        return parse_json(Path(path).read_bytes(), Path(path).name)
    except BundleError as error:
        raise ProofError(str(error)) from error


def _head(data: Mapping[str, Any], proof: Mapping[str, Any]) -> Mapping[str, Any]:
    """The head itself; of a list of heads the one of the same number, or else the newest."""
    listed = data.get("heads")
    if not isinstance(listed, list):
        return data
    heads = [one for one in listed if isinstance(one, dict) and type(one.get("batches")) is int]
    if not heads:
        raise ProofError("The list holds no head.")
    same = [one for one in heads if one["batches"] == proof["head"]["batches"]]
    return same[0] if same else max(heads, key=lambda one: int(one["batches"]))


def _listed(path: str, leaf: str) -> list[Step]:
    with Path(path).open("rb") as lines:
        found = any(line.strip() == leaf.encode() for line in lines)
    right, wrong = "The published list of all ballots holds it.", "The published list lacks it."
    return [Step("listed", found, right if found else wrong)]


def _show(proof: Mapping[str, Any], steps: Sequence[Step], *, as_json: bool, named: bool) -> int:
    holds = all(one.holds for one in steps)
    if as_json:
        told = [{"check": one.code, "holds": one.holds, "text": one.text} for one in steps]
        about = {"holds": holds, "key": proof["key"], "cycle": proof["cycle"]}
        about["signer_known"] = holds and named
        print(json.dumps({**about, "steps": told}, ensure_ascii=False))
        return 0 if holds else 1
    for one in steps:
        print(f"{'ok' if one.holds else 'differs':<8} {one.text}")
    print(f"key      {proof['key']}")
    print(
        f"The ballot lies in the ledger of {proof['cycle']}, signed {proof['head']['at']}."
        if holds
        else "This does not prove that the ballot lies in the ledger."
    )
    if holds and not named:
        print(
            "THE SIGNER IS UNKNOWN: anybody can make such a file. Compare the key with the one the "
            "city publishes, or name it by --key."
        )
    return 0 if holds else 1
