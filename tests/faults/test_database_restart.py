"""PostgreSQL is killed under load and comes back: nothing lost, nothing accepted in vain."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pb_portal.db import db
from tests.faults.box import assert_whole
from tests.served import free_port, press_until_accepted, receipt_in, served_vote

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
ROUNDS = 10 if os.environ.get("FAULTS_FULL") else 1
VOTERS = 60
OUTAGE = 15
"""Seconds after which ballots must be accepted again."""


class Cluster:
    """A PostgreSQL of the test's own, as durable as a real one."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.folder, self.port = BINARIES[-1], folder, free_port()
        self.run_as: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            groups = "--clear-groups"
            self.run_as = ["setpriv", "--reuid=postgres", "--regid=postgres", groups]
        self.call("initdb", "-D", "data", "-A", "trust", "-U", "portal", "-E", "UTF8")
        self.start()

    def call(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs in its folder."""
        command = [*self.run_as, str(self.bin / name), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port}"
        options += " -c unix_socket_directories="
        program = [*self.run_as, str(self.bin / "pg_ctl")]
        began = subprocess.run(
            [*program, "-D", "data", "-l", "log", "-w", "-o", options, "start"],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        assert began.returncode == 0, (self.folder / "log").read_text("utf-8")[-2000:]

    def kill(self) -> None:
        """As if the power had failed for it."""
        head = int((self.folder / "data/postmaster.pid").read_text("ascii").split()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text("ascii").split()
        for pid in [head, *map(int, children)]:
            os.kill(pid, signal.SIGKILL)
        while any(running(int(pid)) for pid in [head, *children]):
            time.sleep(0.05)
        (self.folder / "data/postmaster.pid").unlink(missing_ok=True)


def running(pid: int) -> bool:
    """Whether a process still runs; one that nobody has asked about since it died does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def cluster(monkeypatch) -> Iterator[Cluster]:
    """The cluster, which the application under test uses."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed here")
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        folder = Path(place) / "cluster"
        folder.mkdir()
        made = Cluster(folder)
        address = f"postgresql+psycopg://portal@127.0.0.1:{made.port}/postgres"
        monkeypatch.setenv("TEST_DATABASE_URL", address)
        monkeypatch.setattr("tests.conftest._MIGRATED", [])
        monkeypatch.setattr("tests.conftest._DROPPED_AT_EXIT", [])
        try:
            yield made
        finally:
            made.call("pg_ctl", "-D", "data", "-m", "immediate", "stop")


def test_a_killed_database_loses_nothing_and_is_back_soon(cluster, tmp_path):
    with served_vote(tmp_path) as ground:
        ground.start(WEB_WORKERS="2", WEB_THREADS="4")
        accepted: list[str] = []
        longest = 0.0
        for _ in range(ROUNDS):
            with ground.app.app_context():
                db.engine.dispose()
            requests = ground.presses([token for token, _ in ground.voters(VOTERS)])
            moments: list[float] = []
            lock = threading.Lock()

            until = time.monotonic() + 30

            def one(request, moments=moments, lock=lock, until=until):
                answer, met = press_until_accepted(ground.port, request, until)
                with lock:
                    moments.append(time.monotonic())
                return answer, met

            with ThreadPoolExecutor(6) as pool:
                jobs = [pool.submit(one, request) for request in requests]
                while sum(job.done() for job in jobs) < VOTERS // 4:
                    time.sleep(0.02)
                cluster.kill()
                killed = time.monotonic()
                cluster.start()
            for job in jobs:
                answer, met = job.result()
                assert set(met) <= {302, 503}, met
                accepted.append(receipt_in(answer, ground.app))
            longest = max(longest, min(m for m in moments if m > killed) - killed)
        assert_whole(ground, accepted, VOTERS * ROUNDS)
        assert longest < OUTAGE
