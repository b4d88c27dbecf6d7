"""What the portal leans on is gone: people go on, or read what to do; nothing accepted is lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from pb_portal.db import db
from tests.faults.box import assert_whole
from tests.faults.cluster import cluster  # noqa: F401
from tests.served import (
    free_port,
    press,
    press_until_accepted,
    receipt_in,
    served_vote,
    workers_of,
)

PUBLIC = ("/", "/cycles", "/projects", "/login", "/help", "/healthz")
VOTERS = 24


def fetch(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a page; a page that hangs fails the test."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def readiness(port: int) -> dict[str, Any]:
    status, body = fetch(port, "/readyz")
    assert status == 200, body
    return dict(json.loads(body))


def cast_all(ground: Any, requests: list[bytes]) -> list[str]:
    """Every press is accepted at once; the receipts."""
    answers = [press(ground.port, request) for request in requests]
    assert {answer[9:12] for answer in answers} == {b"302"}
    return [receipt_in(answer, ground.app) for answer in answers]


@pytest.mark.parametrize("state", ["gone", "hung"])
def test_without_redis_people_vote_and_read_as_before(tmp_path, state):
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the database plays no part in this")
    with socket.socket() as silent, served_vote(tmp_path) as ground:
        silent.bind(("127.0.0.1", 0))
        if state == "hung":
            silent.listen(512)  # connections are taken by the kernel; nobody ever answers
        port = silent.getsockname()[1]
        ground.start(REDIS_URL=f"redis://127.0.0.1:{port}/0", RATE_LIMITS="1")
        requests = ground.presses([token for token, _ in ground.voters(VOTERS)])
        accepted = cast_all(ground, requests)
        assert {fetch(ground.port, path)[0] for path in PUBLIC} == {200}
        ready = readiness(ground.port)
        assert (ready["status"], ready["limits"]) == ("degraded", False)
        assert fetch(ground.port, "/readyz?strict=1")[0] == 503
        assert_whole(ground, accepted, VOTERS)


def test_a_primary_that_turns_read_only_refuses_ballots_and_shows_pages(cluster, tmp_path):  # noqa: F811
    with served_vote(tmp_path) as ground:
        ground.start(WEB_THREADS="4")
        requests = ground.presses([token for token, _ in ground.voters(VOTERS)])
        half = VOTERS // 2
        accepted = cast_all(ground, requests[:half])
        cluster.set_read_only(True)
        wait_until(lambda: not readiness(ground.port)["writable"])
        for request in requests[half:]:
            answer = press(ground.port, request)
            assert answer[9:12] == b"503" and b"Retry-After: 5" in answer
        assert {fetch(ground.port, path)[0] for path in PUBLIC} == {200}
        log = (ground.folder / "server.log").read_text("utf-8")
        assert "database unavailable: ReadOnlySqlTransaction 25006" in log
        cluster.set_read_only(False)
        for request in requests[half:]:
            answer, met = press_until_accepted(ground.port, request, time.monotonic() + 20)
            assert set(met) <= {302, 503}
            accepted.append(receipt_in(answer, ground.app))
        assert readiness(ground.port)["writable"] is True
        assert_whole(ground, accepted, VOTERS)


def test_a_restarted_database_is_used_again_at_once(cluster, tmp_path):  # noqa: F811
    with served_vote(tmp_path) as ground:
        ground.start(WEB_THREADS="4")
        requests = ground.presses([token for token, _ in ground.voters(VOTERS)])
        accepted = cast_all(ground, requests[: VOTERS // 2])
        with ground.app.app_context():
            db.engine.dispose()
        cluster.restart()
        accepted += cast_all(ground, requests[VOTERS // 2 :])
        assert [fetch(ground.port, path)[0] for path in PUBLIC] == [200] * len(PUBLIC)
        assert_whole(ground, accepted, VOTERS)


def wait_until(condition: Any, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.2)
    raise TimeoutError(condition)


def jobs_workers(server: subprocess.Popen[bytes]) -> list[int]:
    """The jobs workers that the server's keeper has running."""
    found = []
    for child in workers_of(server):
        if b"gunicorn.conf.py" in command_of(child) and b"--config" not in command_of(child):
            below = Path(f"/proc/{child}/task/{child}/children").read_text("ascii").split()
            found += [int(pid) for pid in below]
    return found


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_killed_jobs_worker_is_started_again_and_ends_with_the_server(tmp_path):
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the database plays no part in this")
    with served_vote(tmp_path) as ground:
        server = ground.start(JOBS="1")
        wait_until(lambda: readiness(ground.port)["jobs"])
        (first,) = jobs_workers(server)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: jobs_workers(server) not in ([], [first]))
        (second,) = jobs_workers(server)
        ground.stop()
        wait_until(lambda: b"jobs" not in command_of(second))
        assert "The jobs worker ended" in (ground.folder / "server.log").read_text("utf-8")


def test_a_server_that_is_killed_leaves_no_jobs_worker_behind(tmp_path):
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the database plays no part in this")
    with served_vote(tmp_path) as ground:
        server = ground.start(JOBS="1")
        wait_until(lambda: jobs_workers(server))
        (worker,) = jobs_workers(server)
        server.kill()
        server.wait()
        ground.servers.clear()
        wait_until(lambda: b"jobs" not in command_of(worker))


def test_port_of_a_store_that_was_never_there_is_no_reason_not_to_start(tmp_path):
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the database plays no part in this")
    with served_vote(tmp_path) as ground:
        ground.start(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", RATE_LIMITS="1")
        assert fetch(ground.port, "/")[0] == 200
