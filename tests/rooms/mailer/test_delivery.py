"""Letters go out at least once, whatever the servers do, and never delay a request."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.audit.models import AuditEntry
from pb_portal.db import db, transaction
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer import service
from pb_portal.mailer.delivery import reference_of
from pb_portal.outbox import service as outbox
from pb_portal.outbox.models import Letter
from tests.conftest import make_settings, migrated


class MailServer(socketserver.ThreadingTCPServer):
    """A small SMTP server: keeps what it takes, refuses `nobody@…`, puts off `later@…`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailHandler)
        self.taken: list[bytes] = []


class MailHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"RCPT") and b"NOBODY@" in word:
                self.say("550 no such person")
            elif word.startswith(b"RCPT") and b"LATER@" in word:
                self.say("451 come back")
            elif word == b"DATA":
                self.say("354 go on")
                self.keep()
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def keep(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.taken.append(b"".join(lines))  # type: ignore[attr-defined]
        self.say("250 kept")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class SmsServer(HTTPServer):
    taken: list[tuple[str | None, dict[str, str]]]


class SmsHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers["Authorization"], body))  # type: ignore[attr-defined]
        codes = {"+77010000404": 404, "+77010000500": 500}
        self.send_response(codes.get(body["to"], 200))
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def sms_server() -> Iterator[SmsServer]:
    with SmsServer(("127.0.0.1", 0), SmsHandler) as server:
        server.taken = []
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def sending_app(tmp_path: Path, mail_server: MailServer, sms_server: SmsServer) -> Iterator[Flask]:
    """An installation that really sends, to servers of this test."""
    settings = make_settings(
        tmp_path,
        "sending",
        sample_mode=False,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.server_address[1],
        smtp_starttls=False,
        mail_from="portal@almaty.example",
        public_url="https://budget.almaty.example/",
        sms_gateway_url=f"http://127.0.0.1:{sms_server.server_address[1]}/send",
        sms_gateway_token="token-of-the-gateway",
    )
    made = migrated(settings)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def post(at: datetime, recipient: str = "aigul@example.kz", **changes: Any) -> int:
    values: dict[str, Any] = {"locale": "en", "name": "Aigul", "path": "/confirm/abc", **changes}
    with transaction() as work:
        template = values.pop("template", "confirm_address")
        letter = outbox.post(work, Signature(SYSTEM, at), template, recipient=recipient, **values)
        work.flush()
        return letter.id


def letter_of(letter_id: int) -> Letter:
    db.session.expire_all()
    found = db.session.get(Letter, letter_id)
    assert found is not None
    return found


def test_a_letter_is_sent_with_its_subject_absolute_links_and_frame(
    sending_app: Flask, mail_server: MailServer, at: datetime
) -> None:
    letter_id = post(at, name="Айгүл")
    assert jobs.tick(at) == 0
    assert letter_of(letter_id).state == "sent" and letter_of(letter_id).sent_at == at
    mail = message_from_bytes(mail_server.taken[0], policy=default)
    assert mail["To"] == "aigul@example.kz"
    assert mail["Subject"] == "Confirm your address"
    assert "portal@almaty.example" in mail["From"] and "Participatory budget" in mail["From"]
    reference = reference_of(sending_app.config["SETTINGS"], letter_id)
    assert mail["Message-ID"] == f"<{reference}@budget.almaty.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith("Participatory budget\n")
    assert "Hello." in text and "Айгүл" not in text, "a name typed by whoever registered"
    assert "https://budget.almaty.example/confirm/abc" in text
    assert jobs.tick(at + timedelta(days=1)) == 0
    assert len(mail_server.taken) == 1, "sent twice"


def test_an_address_that_does_not_exist_fails_for_good_and_one_put_off_is_tried_again(
    sending_app: Flask, mail_server: MailServer, at: datetime
) -> None:
    never, later, good = (
        post(at, "nobody@example.kz"),
        post(at, "later@example.kz"),
        post(at, "good@example.kz"),
    )
    jobs.tick(at)
    states = [letter_of(number).state for number in (never, later, good)]
    assert states == ["failed", "waiting", "sent"]
    assert letter_of(later).due_at == at + timedelta(minutes=1)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "letter.failed")).one()
    assert entry.subject_id == reference_of(sending_app.config["SETTINGS"], never)
    assert "nobody" not in str(entry.data)


def test_a_dead_server_costs_one_attempt_and_letters_wait_longer_each_time(
    sending_app: Flask, mail_server: MailServer, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [post(at) for _ in range(3)]
    calls: list[int] = []

    def refuse(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr("pb_portal.mailer.gateways.smtplib.SMTP", refuse)
    jobs.tick(at)
    assert len(calls) == 1
    moment = at
    for minutes in (1, 2, 4, 8):
        assert {letter_of(number).due_at for number in letters} == {
            moment + timedelta(minutes=minutes)
        }
        moment += timedelta(minutes=minutes)
        jobs.tick(moment)
    monkeypatch.undo()
    jobs.tick(moment + timedelta(hours=1))
    assert {letter_of(number).state for number in letters} == {"sent"}


def test_after_many_attempts_a_letter_is_given_up(
    sending_app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter_id = post(at)
    monkeypatch.setattr("pb_portal.mailer.gateways.smtplib.SMTP", _raise)
    moment = at
    for _ in range(service.MOST_ATTEMPTS["email"]):
        moment += service.LONGEST_WAIT
        jobs.tick(moment)
    assert letter_of(letter_id).state == "failed"


def _raise(*args: Any, **kwargs: Any) -> None:
    raise TimeoutError


def test_a_worker_that_died_while_sending_leaves_the_letter_to_the_next(
    sending_app: Flask, mail_server: MailServer, at: datetime
) -> None:
    letter_id = post(at)
    with transaction() as work:
        assert [claim.id for claim in service.claim(work, at)] == [letter_id]
    jobs.tick(at)
    assert mail_server.taken == [], "another worker took a claimed letter"
    jobs.tick(at + service.LEASE)
    assert len(mail_server.taken) == 1


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(
    sending_app: Flask, mail_server: MailServer, at: datetime
) -> None:
    broken = post(at, template="there_is_no_such_template")
    good = post(at)
    assert jobs.tick(at) == 0
    assert (letter_of(broken).state, letter_of(good).state) == ("failed", "sent")


def test_text_messages_go_through_the_gateway(
    sending_app: Flask, sms_server: SmsServer, at: datetime
) -> None:
    numbers = {
        to: post(at, to, channel="sms") for to in ("+77010000001", "+77010000404", "+77010000500")
    }
    jobs.tick(at)
    states = {to: letter_of(number).state for to, number in numbers.items()}
    assert states == {"+77010000001": "sent", "+77010000404": "failed", "+77010000500": "waiting"}
    token, body = sms_server.taken[0]
    assert token == "Bearer token-of-the-gateway"
    assert "https://budget.almaty.example/confirm/abc" in body["text"] and "\n" not in body["text"]


def test_personal_data_of_letters_is_removed_after_a_month(
    sending_app: Flask, at: datetime
) -> None:
    letter_id = post(at)
    code_id = post(at, "+77010000001", channel="sms")
    waiting = post(at + timedelta(days=200))
    jobs.tick(at)
    jobs.tick(at + timedelta(days=1, hours=1))
    assert (letter_of(code_id).recipient, letter_of(code_id).data) == ("", {})
    jobs.tick(at + timedelta(days=29))
    assert letter_of(letter_id).recipient == "aigul@example.kz"
    jobs.tick(at + timedelta(days=31))
    assert (letter_of(letter_id).recipient, letter_of(letter_id).data) == ("", {})
    assert letter_of(waiting).recipient == "aigul@example.kz"


def test_a_request_never_waits_for_the_mail_server(
    sending_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pb_portal.mailer.gateways.smtplib.SMTP", pytest.fail)
    sending_app.config["WTF_CSRF_ENABLED"] = False
    data = {"name": "Aigul", "email": "new@example.kz", "password": "three blue benches"}
    answer = sending_app.test_client().post("/register", data=data)
    assert answer.status_code == 302
    assert db.session.scalars(select(Letter.state)).one() == "waiting"
    assert sending_app.test_client().get("/letters").status_code == 404


def test_a_sample_city_boxes_its_letters(session: Session, at: datetime) -> None:
    outbox.post(
        session,
        Signature(SYSTEM, at),
        "confirm_address",
        recipient="a@example.kz",
        locale="ru",
        name="A",
        path="/confirm/x",
    )
    session.commit()
    jobs.send_letters(at)
    session.expire_all()
    letter = session.scalars(select(Letter)).one()
    assert (letter.state, letter.sent_at) == ("boxed", at)


def test_waiting_grows_from_a_minute_to_six_hours() -> None:
    assert service.wait_after(1) == timedelta(minutes=1)
    assert service.wait_after(5) == timedelta(minutes=16)
    assert service.wait_after(50) == timedelta(hours=6)
