"""Rows of `make bench` for the count: growth with voters, and ratios against pabutools.

The second kind needs PABUTOOLS_PYTHON, the interpreter of an environment of its own with
pabutools (GPL, so never a dependency), and PABULIB_DIR with Łódź 2022; it takes minutes.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pb_portal.tally import Ballot, Election, Project, count

ROOT = Path(__file__).resolve().parents[2]
FILE = "Poland_Lodz_2022.pb"
FEW, MANY = 9_000, 90_000

OURS = """
import gc, json, resource, sys, time
gc.disable()
from pb_portal.tally import count
from pb_portal.tally.pabulib import read
path, what = sys.argv[1:]
started = time.process_time()
election = read(path, voters=False).election
if what != "reading":
    order = sorted(one.id for one in election.projects)
    started = time.process_time()
    count(election, what, order)
taken = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
try:  # counted from the start of this program, not of the one that started it
    status = open("/proc/self/status").read()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
except OSError:
    pass
print(json.dumps([taken, peak]))
"""
THEIRS = """
import json, resource, sys, time
from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
path, what = sys.argv[1:]
started = time.process_time()
instance, profile = parse_pabulib(path)
if what != "reading":
    started = time.process_time()
    if what == "greedy":
        greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat)
    else:
        method_of_equal_shares(instance, profile, sat_class=Cost_Sat, voter_budget_increment=1)
taken = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
try:  # counted from the start of this program, not of the one that started it
    status = open("/proc/self/status").read()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
except OSError:
    pass
print(json.dumps([taken, peak]))
"""


def _election(voters: int) -> Election:
    chance = random.Random(voters)
    projects = tuple(
        Project(id=str(number), cost=chance.randint(1, 90) * 1_000_000) for number in range(160)
    )
    names = [project.id for project in projects]
    ballots = tuple(Ballot(choices=tuple(chance.sample(names, 3))) for _ in range(voters))
    return Election(projects=projects, ballots=ballots, budget=1_000_000_000)


def growth(cpu_ms: Callable[[Callable[[], Any], int], float]) -> dict[str, dict[str, float]]:
    """The count of one and of ten times as many ballots."""
    few, many = _election(FEW), _election(MANY)
    order = [project.id for project in few.projects]
    figures = {}
    for rule in ("greedy", "equal-shares/add1-overspend"):
        small, large = (
            cpu_ms(lambda one=one, rule=rule: count(one, rule, order), 3)  # type: ignore[misc]
            for one in (few, many)
        )
        figures[rule] = {
            f"cpu_ms_{FEW}": round(small, 2),
            f"cpu_ms_{MANY}": round(large, 2),
            "ratio": round(large / small, 2),
        }
    return figures


def _run(python: str, source: str, path: Path, what: str, times: int) -> tuple[float, float]:
    taken = []
    for _ in range(times):
        command = [python, "-c", source, str(path), what]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        taken.append(json.loads(done.stdout))
    return statistics.median(one[0] for one in taken), max(one[1] for one in taken)


def against_pabutools() -> dict[str, dict[str, float]]:
    """Seconds of processor time and peak memory, ours and pabutools' exact mode."""
    python = os.environ.get("PABUTOOLS_PYTHON", "")
    path = Path(os.environ.get("PABULIB_DIR", ROOT.parent / "shared" / "pabulib")) / FILE
    if not python or not path.exists():
        return {}
    figures = {}
    for what in ("reading", "greedy", "equal-shares/add1-exhaustive"):
        ours, mb = _run(sys.executable, OURS, path, what, 5)
        theirs, their_mb = _run(python, THEIRS, path, what, 1)
        figures[f"{what}, Łódź 2022"] = {
            "cpu_s": round(ours, 3),
            "pabutools_cpu_s": round(theirs, 1),
            "times": round(theirs / ours),
            "mb": round(mb),
            "pabutools_mb": round(their_mb),
        }
    return figures


def main() -> None:
    """These rows alone."""

    def cpu_ms(action: Callable[[], Any], rounds: int) -> float:
        taken = []
        for _ in range(rounds):
            started = time.process_time()
            action()
            taken.append((time.process_time() - started) * 1000)
        return statistics.median(taken)

    for name, row in {**growth(cpu_ms), **against_pabutools()}.items():
        print(f"{name:<42}", "  ".join(f"{key} {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
