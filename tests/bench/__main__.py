"""`make bench`: figures of speed as ratios measured side by side in one run.

Prints a table and writes `$PB_INSTANCE/bench.json`: name → figures.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import ballots, lists
from tests.bench.projects import projects
from tests.bench.register import register
from tests.bench.tally_ratios import against_pabutools, growth

ROUNDS = 15


def cpu_ms(action: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Median processor milliseconds of an action, after one to warm up."""
    action()
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        action()
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            **ballots.all_figures(),
            **lists.all_figures(),
            **projects(cpu_ms, Path(folder)),
            **register(Path(folder)),
            **growth(cpu_ms),
            **against_pabutools(),
        }
    for name, row in figures.items():
        print(f"{name:<42}", "  ".join(f"{key} {value}" for key, value in row.items()))
    target = Path(os.environ.get("PB_INSTANCE", "instance"))
    target.mkdir(parents=True, exist_ok=True)
    (target / "bench.json").write_text(json.dumps(figures, indent=2), "utf-8")


main()
