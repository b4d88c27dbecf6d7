"""How the portal is served: one address, a few threads, and the worker for letters beside it.

Run as a program, this file is the keeper of that worker: it starts it again whenever it ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

wsgi_app = "pb_portal:create_app()"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 10
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"

LONGEST_PAUSE = 30.0
"""Seconds between two starts of a worker that keeps ending at once."""
GOOD_RUN = 60.0
"""A worker that ran so many seconds is started again without a pause."""

_keepers: list[subprocess.Popen[bytes]] = []


def when_ready(server: Any) -> None:
    """Start the keeper of the jobs worker, unless that worker runs elsewhere."""
    if os.environ.get("JOBS", "1") == "1":
        command = [sys.executable, os.path.abspath(__file__), str(os.getpid())]
        _keepers.append(subprocess.Popen(command))  # noqa: S603


def on_exit(server: Any) -> None:
    """Stop it with the server."""
    for keeper in _keepers:
        keeper.terminate()
        keeper.wait(timeout=15)


def keep_jobs_running(server_pid: int) -> None:
    """Start the jobs worker, and start it again when it ends, as long as the server lives."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    command = [sys.executable, "-m", "flask", "--app", "pb_portal", "jobs", "run"]
    pause = 1.0
    while os.getppid() == server_pid:
        began = time.monotonic()
        worker = subprocess.Popen(command)  # noqa: S603
        try:
            while worker.poll() is None and os.getppid() == server_pid:
                time.sleep(0.5)
        finally:
            _end(worker)
        pause = 1.0 if time.monotonic() - began > GOOD_RUN else min(pause * 2, LONGEST_PAUSE)
        if os.getppid() == server_pid:
            sys.stderr.write(f"The jobs worker ended ({worker.returncode}) and is started again\n")
            time.sleep(pause)


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Let the worker finish its round; work it leaves undone is taken up again after a start."""
    worker.terminate()
    try:
        worker.wait(timeout=graceful_timeout)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


if __name__ == "__main__":
    keep_jobs_running(int(sys.argv[1]))
