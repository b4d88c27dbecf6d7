"""PostgreSQL is killed under load and comes back: nothing lost, nothing accepted in vain."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from pb_portal.db import db
from tests.faults.box import assert_whole
from tests.faults.cluster import cluster  # noqa: F401
from tests.served import press_until_accepted, receipt_in, served_vote

ROUNDS = 10 if os.environ.get("FAULTS_FULL") else 1
VOTERS = 60
OUTAGE = 15
"""Seconds after which ballots must be accepted again."""


def test_a_killed_database_loses_nothing_and_is_back_soon(cluster, tmp_path):  # noqa: F811
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
