"""How the portal is served: one address, a few threads, and the worker for letters beside it."""

from __future__ import annotations

import os
import subprocess
import sys
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

_jobs: list[subprocess.Popen[bytes]] = []


def when_ready(server: Any) -> None:
    """Start the worker that sends letters and does timed work, unless it runs elsewhere."""
    if os.environ.get("JOBS", "1") == "1":
        command = [sys.executable, "-m", "flask", "--app", "pb_portal", "jobs", "run"]
        _jobs.append(subprocess.Popen(command))  # noqa: S603


def on_exit(server: Any) -> None:
    """Stop it with the server."""
    for job in _jobs:
        job.terminate()
        job.wait(timeout=10)
