"""Loading a register by its command: seconds and peak memory of the process, by rows and format.

`python -m tests.bench.register 2000000 csv` measures one size alone (`TEST_DATABASE_URL` chooses
PostgreSQL).
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from pb_portal.db import transaction
from pb_portal.domain.identity import check_digit
from pb_portal.domain.phases import PhaseKind
from tests.conftest import make_settings, migrated
from tests.factories import make_cycle

HEADS = ["iin", "birth_date", "area", "permanent", "phone"]


def people(many: int, area: str) -> Iterator[list[str]]:
    """Invented residents, each once, in no order of birth."""
    for number in range(many):
        chance = Random(number)
        born = date(1930, 1, 1) + timedelta(days=number % 29_000)
        century = "3" if born.year < 2000 else "5"
        for last in range(10):
            body = f"{born:%y%m%d}{century}{number // 29_000:03d}{last}"
            digit = check_digit(body)
            if digit is not None:
                break
        kind = chance.choice(("yes", "yes", "no"))
        yield [f"{body}{digit}", born.isoformat(), area, kind, f"+7701{number:07d}"]


def write(path: Path, many: int, area: str) -> None:
    """A file of so many residents, in the format its name says."""
    if path.suffix == ".csv":
        with path.open("w", newline="") as out:
            lines = csv.writer(out)
            lines.writerow(HEADS)
            lines.writerows(people(many, area))
        return
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    for number, row in enumerate(people(many, area), 1):
        sheet.write_row(number, 0, row)
    book.close()


def measured(folder: Path, many: int, kind: str) -> tuple[float, float]:
    """Seconds and peak megabytes of one load."""
    settings = make_settings(folder, f"load{many}{kind}")
    app = migrated(settings)
    with app.app_context(), transaction() as work:
        cycle = make_cycle(work, PhaseKind.REVIEW)
        slug, area = cycle.slug, cycle.areas[0].area.code
    path = folder / f"register-{many}.{kind}"
    # in a process of its own: a child's peak memory begins at its parent's
    command = [sys.executable, "-m", "tests.bench.register", str(many), "write", str(path), area]
    subprocess.run(command, check=True)
    named = {"DATABASE_URL": settings.database_url, "REGISTER_KEY": "bench"}
    loading = [sys.executable, "-m", "flask", "--app", "pb_portal", "register", "load"]
    started = time.monotonic()
    done = subprocess.Popen(
        [*loading, str(path), "--cycle", slug],
        env={**os.environ, **named, "PB_INSTANCE": str(folder), "SAMPLE_MODE": "1"},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    assert done.returncode == 0, done.returncode
    path.unlink()
    return time.monotonic() - started, used.ru_maxrss / 1024


def register(folder: Path) -> dict[str, dict[str, float]]:
    """Loads of 5,000 and 50,000 residents: ten times the rows in about the same memory."""
    figures = {}
    for kind in ("csv", "xlsx"):
        _, small = measured(folder, 5_000, kind)
        seconds, large = measured(folder, 50_000, kind)
        figures[f"register from {kind}, 50,000 rows"] = {
            "seconds": round(seconds, 1),
            "peak MB": round(large),
            "memory, ratio to 5,000 rows": round(large / small, 2),
        }
    return figures


if __name__ == "__main__" and sys.argv[2] == "write":
    write(Path(sys.argv[3]), int(sys.argv[1]), sys.argv[4])
elif __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        rows, form = int(sys.argv[1]), sys.argv[2]
        taken, peak = measured(Path(scratch), rows, form)
        sys.stdout.write(f"{rows} rows of {form}: {taken:.0f} s, peak {peak:.0f} MB\n")
