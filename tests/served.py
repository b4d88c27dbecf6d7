"""A vote served by the real server: an installation of its own, and voters ready to press."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy import insert

from pb_portal.cycles.queries import rules_of
from pb_portal.db import db, transaction
from pb_portal.domain import roll
from pb_portal.voting import service
from pb_portal.voting.models import BallotDraft, VoterSession
from tests.conftest import make_settings, migrated
from tests.factories.voting import make_vote

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Ground:
    """An open vote with people who have proved their identity and marked one proposal each."""

    app: Flask
    folder: Path
    slug: str
    cycle_id: int
    area_id: int
    papers: list[int]
    poll: service.Poll
    url: str
    port: int = 0
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def voters(self, count: int) -> list[tuple[str, str]]:
        """Tokens and voter keys of new people with half an hour before them."""
        people = [(secrets.token_urlsafe(32), secrets.token_hex(32)) for _ in range(count)]
        until = datetime.now(UTC) + timedelta(hours=2)
        with self.app.app_context(), transaction() as work:
            work.execute(
                insert(VoterSession),
                [
                    {
                        "token_hash": sha256(token.encode()).hexdigest(),
                        "cycle_id": self.cycle_id,
                        "voter_key": key,
                        "area_id": self.area_id,
                        "expires_at": until,
                        "finished": False,
                        "how": "phone",
                        "mac": roll.visit_mac(
                            self.poll.roll,
                            sha256(token.encode()).hexdigest(),
                            key,
                            self.area_id,
                            "phone",
                        ),
                    }
                    for token, key in people
                ],
            )
            work.execute(
                insert(BallotDraft),
                [
                    {
                        "cycle_id": self.cycle_id,
                        "ballot_key": self.poll.name(key),
                        "choices": [self.papers[number % len(self.papers)]],
                    }
                    for number, (_, key) in enumerate(people)
                ],
            )
        return people

    def presses(self, tokens: list[str]) -> list[bytes]:
        """One HTTP request per voter: the press of the last button."""
        with self.app.test_request_context():
            form_token = generate_csrf()
            from flask import session as cookie

            raw = cookie["csrf_token"]
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        found = []
        for number, token in enumerate(tokens):
            carried = signer.dumps({"csrf_token": raw, "vote_token": token})
            body = (
                f"csrf_token={form_token}&submission={secrets.token_hex(16)}"
                f"&choice={self.papers[number % len(self.papers)]}"
            )
            found.append(
                (
                    f"POST /c/{self.slug}/vote/check HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                    f"Cookie: portal={carried}\r\nOrigin: http://127.0.0.1:{self.port}\r\n"
                    "Content-Type: application/x-www-form-urlencoded\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n{body}"
                ).encode()
            )
        return found

    def environment(self, **changes: str) -> dict[str, str]:
        """What the server reads."""
        return {
            **os.environ,
            "ENVIRONMENT": "development",
            "PB_INSTANCE": str(self.folder),
            "DATABASE_URL": self.url,
            "SECRET_KEY": "test-secret",
            "REGISTER_KEY": "test-register",
            "BALLOT_KEY": "test-ballot",
            "SIGNING_KEY": "test-signing",
            "RATE_LIMITS": "0",
            "SAMPLE_MODE": "1",
            "JOBS": "0",
            "LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            **changes,
        }

    def start(self, **changes: str) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers."""
        self.port = self.port or free_port()
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
        with (self.folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(**changes), stdout=log, stderr=log
            )
        self.servers.append(server)
        wait_for(f"http://127.0.0.1:{self.port}/readyz", server)
        return server

    def stop(self) -> None:
        """Stop every server that was started."""
        for server in self.servers:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
        self.servers.clear()


def press(port: int, request: bytes) -> bytes:
    """Send one request and read its whole answer; raises `OSError` when none comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    if not answer:
        raise ConnectionError("no answer")
    return answer


def press_until_accepted(port: int, request: bytes, until: float) -> tuple[bytes, list[int]]:
    """Press as a person does whose page says that it did not work; every status met on the
    way. Gives up at `until`, a moment of the monotonic clock."""
    met: list[int] = []
    while time.monotonic() < until:
        try:
            answer = press(port, request)
        except OSError:
            time.sleep(0.1)
            continue
        met.append(int(answer[9:12]))
        if met[-1] == 302:
            return answer, met
        time.sleep(0.2)
    raise TimeoutError(f"not accepted: {met}")


def workers_of(server: subprocess.Popen[bytes]) -> list[int]:
    """Process ids of a server's workers."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii")
    return [int(pid) for pid in children.split()]


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait half a minute at most until the server answers."""
    for _ in range(150):
        if server.poll() is not None:
            raise RuntimeError("the server stopped")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not answer")


def receipt_in(answer: bytes, app: Flask) -> str:
    """The receipt that an accepted press carries home in its cookie."""
    found = re.search(rb"Set-Cookie: portal=([^;]+)", answer)
    assert found, answer[:300]
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.loads(found[1].decode())["vote_receipt"])


@contextmanager
def served_vote(folder: Path, proposals: int = 12) -> Iterator[Ground]:
    """An open vote in a migrated database; the server is not started yet."""
    settings = make_settings(folder, "served")
    app = migrated(settings)
    with app.app_context(), transaction() as work:
        cycle, papers = make_vote(work, proposals)
        ground = Ground(
            app,
            folder,
            cycle.slug,
            cycle.id,
            cycle.areas[0].area_id,
            [paper.id for paper in papers],
            service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register"),
            settings.database_url,
        )
    try:
        yield ground
    finally:
        ground.stop()
        with app.app_context():
            db.engine.dispose()
