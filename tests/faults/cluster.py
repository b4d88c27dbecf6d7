"""A PostgreSQL of a test's own, to be killed, restarted and made read-only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.served import free_port

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


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

    @property
    def address(self) -> str:
        """Where its database is."""
        return f"postgresql+psycopg://portal@127.0.0.1:{self.port}/postgres"

    def restart(self) -> None:
        """As an administrator does: every connection ends, nothing is lost."""
        self.call("pg_ctl", "-D", "data", "-m", "fast", "-w", "stop")
        self.start()

    def set_read_only(self, read_only: bool) -> None:
        """Let it refuse writes, also on connections already open, as a standby does."""
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        value = "on" if read_only else "off"
        with engine.connect() as connection:
            connection.execute(text(f"ALTER SYSTEM SET default_transaction_read_only = {value}"))
            connection.execute(text("SELECT pg_reload_conf()"))

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
        monkeypatch.setenv("TEST_DATABASE_URL", made.address)
        monkeypatch.setattr("tests.conftest._MIGRATED", [])
        monkeypatch.setattr("tests.conftest._DROPPED_AT_EXIT", [])
        try:
            yield made
        finally:
            made.call("pg_ctl", "-D", "data", "-m", "immediate", "stop")
