"""The disk fills up under SQLite: no ballot is lost or accepted in vain, the file stays whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from pb_portal.db import db
from tests.faults.box import assert_whole
from tests.served import press, press_until_accepted, receipt_in, served_vote

SPARE = 700 * 1024
VOTERS = 120


@pytest.fixture
def small_disk(tmp_path):
    """A disk that can be given more room; skips where the machine lets nobody mount one."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("PostgreSQL keeps its files elsewhere")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def give(place: Path, size: int) -> None:
    """Make the disk so many bytes large."""
    subprocess.run(["mount", "-o", f"remount,size={size // 1024}k", str(place)], check=True)


def test_a_full_disk_refuses_ballots_and_keeps_those_accepted(small_disk, tmp_path):
    with served_vote(small_disk) as ground:
        tokens = [token for token, _ in ground.voters(VOTERS)]
        ground.start(WEB_WORKERS="1")
        with ground.app.app_context():
            db.engine.dispose()
        requests = ground.presses(tokens)
        give(small_disk, shutil.disk_usage(small_disk).used + SPARE)
        answers = [press(ground.port, request) for request in requests]
        statuses = [int(answer[9:12]) for answer in answers]
        accepted = [receipt_in(one, ground.app) for one in answers if one[9:12] == b"302"]
        assert set(statuses) == {302, 503}, "some went in, then there was no room"
        log = (ground.folder / "server.log").read_text("utf-8")
        give(small_disk, 64 * 1024 * 1024)
        for request, status in zip(requests, statuses, strict=True):
            if status != 302:
                answer, _ = press_until_accepted(ground.port, request, time.monotonic() + 20)
                accepted.append(receipt_in(answer, ground.app))
        assert_whole(ground, accepted, VOTERS)
        assert "SQLITE_FULL" in log, "the log says why"
        file = make_url(ground.url).database
        assert sqlite3.connect(str(file)).execute("PRAGMA integrity_check").fetchone() == ("ok",)
