"""Print the table of docs/tally.md: files × rules, the official result, ours and pabutools'.

    python tests/bench/tally_table.py FOLDER [--pabutools PYTHON] [--limit SECONDS] [NAME ...]

FOLDER holds ``.pb`` files; NAMEs choose among them by a part of their name. PYTHON is the
interpreter of an environment of its own with pabutools, which is asked in exact mode for the same
election with the same order of ties; without it its columns stay empty.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from pb_portal.tally.pabulib import read  # noqa: E402

RULES = (
    "own",
    "greedy",
    "greedy-per-cost",
    "equal-shares",
    "equal-shares/add1-exhaustive",
    "equal-shares/add-opt",
    "phragmen",
)
#: What pabutools has no word for is counted by ours alone.
ALONE = ("equal-shares/add-opt",)
ORACLE = """
import json, resource, sys, time
from pabutools.election import Cardinality_Sat, Cost_Sat, parse_pabulib
from pabutools.rules import (
    greedy_utilitarian_welfare, method_of_equal_shares, sequential_phragmen)
path, rule = sys.argv[1:]
instance, profile = parse_pabulib(path)
started = time.perf_counter()
if rule.startswith("greedy"):  # it goes by satisfaction for each unit of cost
    sat = Cost_Sat if rule == "greedy" else Cardinality_Sat
    chosen = greedy_utilitarian_welfare(instance, profile, sat_class=sat)
elif rule == "equal-shares":
    chosen = method_of_equal_shares(instance, profile, sat_class=Cost_Sat)
elif rule == "equal-shares/add1-exhaustive":
    chosen = method_of_equal_shares(
        instance, profile, sat_class=Cost_Sat, voter_budget_increment=1)
else:
    chosen = sequential_phragmen(instance, profile)
print(json.dumps({
    "selected": sorted(project.name for project in chosen),
    "seconds": time.perf_counter() - started,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
#: pabutools takes equals by name; ours is asked to do the same where the two are compared.
BY_NAME = """
import json, sys, time
from pb_portal.tally import UnsupportedRule, count
from pb_portal.tally.pabulib import read
from pb_portal.tally.__main__ import _peak_mb
election = read(sys.argv[1], voters=False).election
started = time.perf_counter()
try:
    outcome = count(election, sys.argv[2], sorted(one.id for one in election.projects))
except UnsupportedRule:
    sys.exit(2)
print(json.dumps({"selected": list(outcome.selected), "peak_mb": _peak_mb(),
                  "seconds": time.perf_counter() - started}))
"""


def run(command: list[str], limit: float, rule: str) -> dict | str:
    """The JSON a command prints, or in a word why there is none; the limit is for all it does."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"`{rule}` over {limit:.0f} s"
    if done.returncode:
        return "not for these ballots" if done.returncode == 2 else "failed"
    return json.loads(done.stdout.splitlines()[-1])


def figures(result: dict | str | None) -> tuple[str, str]:
    if not isinstance(result, dict):
        return (result or "", "")
    return f"{result['seconds']:.3f}", f"{result['peak_mb']:.0f}"


def compare(one: dict | str | None, other: set[str] | None) -> str:
    if not isinstance(one, dict) or other is None:
        return ""
    return "same" if set(one["selected"]) == other else "differs"


def row(path: Path, rule: str, python: str | None, limit: float) -> str:
    election = read(path, voters=False).election
    official = {one.id for one in election.projects if one.official}
    known = any(one.official is not None for one in election.projects)
    theirs: dict | str | None = None
    if rule == "own":
        command = [sys.executable, "-m", "pb_portal.tally", str(path), "--json"]
        ours = run(command, limit, election.rule)
        agrees = compare(ours, official if known else None) or "not told"
        shown = election.rule
    else:
        ours = run([sys.executable, "-c", BY_NAME, str(path), rule], limit, rule)
        agrees, shown = "", rule
        if python and rule not in ALONE and election.vote_type in ("approval", "choose-1"):
            theirs = run([python, "-c", ORACLE, str(path), rule], limit, rule)
    against = compare(ours, set(theirs["selected"])) if isinstance(theirs, dict) else ""
    cells = (
        path.stem,
        str(election.voters),
        str(len(election.projects)),
        f"`{shown}`",
        agrees,
        *figures(ours),
        against,
        *figures(theirs),
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--pabutools", metavar="PYTHON")
    parser.add_argument(
        "--limit", type=float, default=300, help="seconds for each cell, reading included"
    )
    options = parser.parse_intermixed_args()
    print("| file | voters | projects | rule | official | s | MB | pabutools | s | MB |")
    print("|---|--:|--:|---|---|--:|--:|---|--:|--:|")
    for path in sorted(options.folder.glob("*.pb")):
        if options.names and not any(name in path.name for name in options.names):
            continue
        for rule in RULES:
            print(row(path, rule, options.pabutools, options.limit), flush=True)


if __name__ == "__main__":
    main()
