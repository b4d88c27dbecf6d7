"""A gateway that is dead, slow or broken loses no message and delays no voter."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from pb_portal import jobs
from pb_portal.db import db, transaction
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer import sms
from pb_portal.mailer.gateways import Later, Never
from pb_portal.mailer.sms import HttpSms
from pb_portal.outbox import service as outbox
from pb_portal.outbox.models import Letter
from tests.conftest import make_settings, migrated
from tests.factories.voting import last_code, make_vote, make_voter, post
from tests.provider import free_port

FIELDS = {"to": "{phone}", "text": "{text}"}
CODE = {"code": "123456", "minutes": 10}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.taken.append((dict(self.headers), body))  # type: ignore[attr-defined]
        status = self.server.status  # type: ignore[attr-defined]
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def answering(status: int) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.taken, server.status = [], status  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def url_of(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/send"


def test_a_message_is_posted_in_the_fields_the_gateway_wants():
    fields = {"recipient": "{phone}", "message": "{text}", "from": "{sender}", "type": "sms"}
    with answering(200) as server:
        for form in (False, True):
            HttpSms(url_of(server), "secret", sender="Budget", fields=fields, form=form).send(
                "+77010000001", "Код {phone} 12"
            )
        (head, first), (_, second) = server.taken
    wanted = {
        "recipient": "+77010000001",
        "message": "Код {phone} 12",
        "from": "Budget",
        "type": "sms",
    }
    assert head["Authorization"] == "Bearer secret"
    assert json.loads(first) == wanted, "what stands in a text is not taken for a place"
    assert {name: value[0] for name, value in parse_qs(second).items()} == wanted


@pytest.mark.parametrize(
    ("status", "expected"),
    [(500, Later), (503, Later), (429, Later), (401, Later), (400, Never), (404, Never),
     (302, Never)],
)  # fmt: skip
def test_an_answer_tells_whether_to_try_again(status, expected):
    with answering(status) as server:
        with pytest.raises(expected):
            HttpSms(url_of(server), "secret", fields=FIELDS).send("+77010000001", "x")
        assert len(server.taken) == 1, "no redirect is followed with the token"


def test_a_dead_or_hanging_gateway_costs_one_short_time_out(monkeypatch):
    monkeypatch.setattr(sms, "ANSWER", 0.4)
    with pytest.raises(Later):
        HttpSms(f"http://127.0.0.1:{free_port()}/", "x", fields=FIELDS).send("+7", "x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        with pytest.raises(Later) as error:
            HttpSms(f"http://127.0.0.1:{server.getsockname()[1]}/", "x", fields=FIELDS).send(
                "+7", "x"
            )
        assert time.monotonic() - started < 2 and not error.value.reached


@pytest.fixture
def sending(tmp_path):
    """An installation that sends by a gateway at the address it is given."""
    made = []

    def build(address: str):
        app = migrated(
            make_settings(
                tmp_path,
                f"sms{len(made)}",
                sample_mode=False,
                smtp_host="127.0.0.1",
                mail_from="portal@example.kz",
                sms_gateway_url=address,
                sms_gateway_token="secret",
            )
        )
        app.config["IDENTITY_PACE"] = 0.0
        made.append(app)
        return app

    yield build
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def letters() -> list[Letter]:
    db.session.expire_all()
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def queue(at: datetime, life: timedelta = timedelta(minutes=10)) -> None:
    with transaction() as work:
        outbox.post(
            work,
            Signature(SYSTEM, at),
            "identity_code",
            recipient="+77010000001",
            locale="kk",
            channel="sms",
            expires_at=at + life,
            **CODE,
        )


@pytest.mark.parametrize("kind", ["dead", "broken"])
def test_a_message_waits_with_growing_pauses_and_is_dropped_once_its_code_is_old(sending, kind):
    with answering(500) as server:
        app = sending(f"http://127.0.0.1:{free_port()}/" if kind == "dead" else url_of(server))
        with app.app_context():
            begun = datetime.now(UTC)
            queue(begun)
            at, pauses = begun, []
            for _ in range(3):
                jobs.send_letters(at)
                (letter,) = letters()
                assert (letter.state, letter.recipient) == ("waiting", "+77010000001")
                pauses.append((letter.due_at - at).total_seconds())
                at = letter.due_at
            assert pauses == [60, 120, 240]
            jobs.send_letters(begun + timedelta(minutes=11))
            (letter,) = letters()
            assert (letter.state, letter.recipient, letter.data) == ("failed", "", {})
        if kind == "broken":
            assert len(server.taken) == 3, "an old code was sent"


def test_a_message_that_expires_in_the_middle_of_a_batch_is_not_sent(sending):
    with answering(200) as server:
        app = sending(url_of(server))
        with app.app_context():
            long_ago = datetime.now(UTC) - timedelta(minutes=20)
            queue(long_ago)
            jobs.send_letters(long_ago + timedelta(minutes=1))
            (letter,) = letters()
            assert letter.state == "failed" and server.taken == []


def test_the_gateway_comes_back_and_the_message_goes_out(sending):
    with answering(500) as server:
        app = sending(url_of(server))
        with app.app_context():
            begun = datetime.now(UTC)
            queue(begun)
            jobs.send_letters(begun)
            server.status = 200
            jobs.send_letters(begun + timedelta(minutes=2))
            assert letters()[0].state == "sent"


@pytest.mark.parametrize("kind", ["dead", "hanging", "broken"])
def test_ballot_pages_answer_within_a_second_whatever_the_gateway_does(sending, kind):
    with answering(500) as broken, socket.create_server(("127.0.0.1", 0)) as hanging:
        address = {
            "dead": f"http://127.0.0.1:{free_port()}/",
            "hanging": f"http://127.0.0.1:{hanging.getsockname()[1]}/",
            "broken": url_of(broken),
        }[kind]
        app = sending(address)
        stop, times = threading.Event(), []

        def work() -> None:
            with app.app_context():
                while not stop.is_set():
                    jobs.send_letters(datetime.now(UTC))
                    db.session.remove()
                    stop.wait(0.05)

        with app.app_context(), transaction() as session:
            cycle, papers = make_vote(session)
            voters = [make_voter(session, cycle) for _ in range(12)]
            slug, paper = cycle.slug, papers[0].id
        worker = threading.Thread(target=work)
        worker.start()
        try:
            for voter in voters:
                times += _vote(app, slug, voter, paper)
        finally:
            stop.set()
            worker.join(20)
        with app.app_context():
            waiting = [one for one in letters() if one.state == "waiting"]
        times.sort()
        assert times[int(len(times) * 0.95)] < 1.0, times[-5:]
        assert len(waiting) == 12, "no message was lost"


def _vote(app: Any, slug: str, voter: Any, paper: int) -> list[float]:
    """One voter through all pages; how long each answer took."""
    client, times = app.test_client(), []
    client.set_cookie("language", "en")
    started = time.monotonic()
    assert post(client, f"/c/{slug}/vote", voter.form).status_code == 302
    times.append((time.monotonic() - started) / 2)
    with app.app_context():
        code = last_code(db.session(), voter.phone)
    assert post(client, f"/c/{slug}/vote/code", {"code": code}).status_code == 302
    for _ in range(3):
        started = time.monotonic()
        assert client.get(f"/c/{slug}/vote/ballot").status_code == 200
        times.append(time.monotonic() - started)
    started = time.monotonic()
    assert post(client, f"/c/{slug}/vote/ballot", {"choice": [paper]}).status_code == 302
    times.append((time.monotonic() - started) / 2)
    return times
