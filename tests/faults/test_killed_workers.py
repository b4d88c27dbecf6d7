"""Workers are killed in a burst of ballots; the client keeps what was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor, wait

from tests.faults.box import assert_whole
from tests.served import press_until_accepted, receipt_in, served_vote, wait_for, workers_of

ROUNDS = 60 if os.environ.get("FAULTS_FULL") else 2
VOTERS = 40


def test_killing_workers_loses_no_acknowledged_ballot_and_doubles_none(tmp_path):
    chance = random.Random(7)
    with served_vote(tmp_path) as ground:
        server = ground.start(WEB_WORKERS="2", WEB_THREADS="4")
        accepted: list[str] = []
        for _ in range(ROUNDS):
            requests = ground.presses([token for token, _ in ground.voters(VOTERS)])
            with ThreadPoolExecutor(8) as pool:
                until = time.monotonic() + 60
                jobs = [
                    pool.submit(press_until_accepted, ground.port, one, until) for one in requests
                ]
                while not all(job.done() for job in jobs):
                    alive = workers_of(server)
                    if alive:
                        os.kill(chance.choice(alive), signal.SIGKILL)
                    # A slow machine starts workers more slowly than this kills them: the next
                    # one dies only when somebody has been answered again.
                    wait_for(f"http://127.0.0.1:{ground.port}/healthz", server)
                    wait(jobs, timeout=chance.uniform(0.0, 0.6))
            for job in jobs:
                answer, met = job.result()
                assert set(met) <= {302, 503}, met
                accepted.append(receipt_in(answer, ground.app))
            time.sleep(0.1)
        assert len(set(accepted)) == VOTERS * ROUNDS
        assert_whole(ground, accepted, VOTERS * ROUNDS)
