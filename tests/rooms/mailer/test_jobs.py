"""The worker: one round, many rounds, a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.cycles.models import Cycle
from pb_portal.db import db
from pb_portal.domain.phases import PhaseKind
from tests.factories import make_cycle

ROOT = Path(__file__).resolve().parents[3]


def test_rule_books_freeze_when_voting_has_opened(session: Session, at: datetime) -> None:
    voting = make_cycle(session, PhaseKind.VOTING, frozen=False)
    early = make_cycle(session, PhaseKind.APPLICATIONS, frozen=False)
    session.commit()
    jobs.freeze_rules(at)
    session.expire_all()
    found, other = session.get(Cycle, voting.id), session.get(Cycle, early.id)
    assert found is not None and found.rule_book is not None
    assert other is not None and other.rule_book is not None
    assert found.rule_book.frozen_at == at and len(found.rule_book.digest) == 64
    assert other.rule_book.frozen_at is None


def test_a_task_that_breaks_is_counted_and_does_not_stop_the_rest(
    session: Session, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []

    def broken(moment: datetime) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(jobs, "OFTEN", [broken, done.append])
    monkeypatch.setattr(jobs, "SLOW", [])
    monkeypatch.setattr(jobs, "HOURLY", [done.append])
    assert jobs.tick(at) == 1
    assert done == [at, at]
    assert jobs.tick(at, hourly=False) == 1
    assert len(done) == 3


def test_rounds_go_on_until_told_to_stop(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    rounds: list[bool] = []

    def tick(at: datetime, *, hourly: bool, slow: bool) -> int:
        assert not slow, "what may take minutes runs beside the rounds"
        rounds.append(hourly)
        if len(rounds) == 3:
            stop.set()
        return 0

    monkeypatch.setattr(jobs, "tick", tick)
    monkeypatch.setattr(jobs, "SLOW", [])
    jobs.run(own_app, 0.001, stop)
    assert rounds == [True, False, False]


def test_the_command_does_one_round(own_app: Flask) -> None:
    done = own_app.test_cli_runner().invoke(args=["jobs", "tick"])
    assert done.exit_code == 0, done.output
    with own_app.app_context():
        db.session.remove()


def test_the_worker_ends_cleanly_when_told_to(own_app: Flask) -> None:
    settings = own_app.config["SETTINGS"]
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "PB_INSTANCE": str(settings.pb_instance),
        "SECRET_KEY": "x",
        "LOG_LEVEL": "INFO",
    }
    command = [sys.executable, "-m", "flask", "--app", "pb_portal", "jobs", "run", "--every", "9"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert worker.stderr is not None
    for line in worker.stderr:
        if "jobs: every" in line:
            break
    worker.send_signal(signal.SIGTERM)
    _, errors = worker.communicate(timeout=20)
    assert worker.returncode == 0, errors
    assert "jobs: stopped" in errors


def test_sessions_and_links_that_ran_out_are_removed(session: Session, at: datetime) -> None:
    from sqlalchemy import func, select

    from pb_portal.accounts import service
    from pb_portal.accounts.models import EmailToken, LoginSession
    from tests.factories import make_person

    person = make_person(session, confirmed=False)
    service.open_session(session, person.id, at=at - timedelta(days=2))
    service.open_session(session, person.id, at=at)
    service.send_confirmation(session, person, at=at - timedelta(days=9))
    session.commit()
    jobs.keep_house(at)
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 1
    assert session.scalar(select(func.count()).select_from(EmailToken)) == 0
