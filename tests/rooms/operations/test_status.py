"""What the portal says of itself: to monitors, to staff, and to those who wait for a letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.domain.phases import PhaseKind
from pb_portal.job_queue import service as job_queue
from pb_portal.job_queue.queries import list_silent_lanes
from pb_portal.outbox.models import Letter
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person
from tests.factories.voting import make_vote
from tests.strict import StrictClient


@pytest.fixture
def changed(app: Flask) -> Iterator[Any]:
    """Settings of this test alone."""
    before = app.config["SETTINGS"]

    def change(**values: Any) -> None:
        app.config["SETTINGS"] = before.model_copy(update=values)

    yield change
    app.config["SETTINGS"] = before


def beat(session: Session, ago: timedelta = timedelta()) -> None:
    for lane in (job_queue.FREQUENT, job_queue.SLOW):
        job_queue.record_heartbeat(session, lane, datetime.now(UTC) - ago)
    session.flush()


def test_a_portal_whose_parts_all_work_is_ok(client: StrictClient, session: Session) -> None:
    beat(session)
    answer = client.get("/readyz?strict=1")
    assert answer.status_code == 200 and answer.get_json()["status"] == "ok"


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("jobs", lambda session, change: None),
        ("letters", lambda session, change: (beat(session), late_letter(session))),
        ("sealing", lambda session, change: (beat(session), unsealed_vote(session))),
        ("limits", lambda session, change: (beat(session), change(redis_url="redis://[::1]:1/0"))),
        ("disk", lambda session, change: (beat(session), change(disk_free_mb=1_000_000_000))),
    ],
)
def test_what_does_not_work_is_named_to_monitors_and_to_staff(
    client: StrictClient, session: Session, changed: Any, code: str, spoil: Any
) -> None:
    spoil(session, changed)
    answer = client.get("/readyz")
    assert answer.status_code == 200, "a balancer goes on sending requests"
    told = answer.get_json()
    assert (told["status"], told[code]) == ("degraded", False)
    assert client.get("/readyz?strict=1").status_code == 503
    for role in ("administrator", "commissioner", "auditor"):
        sign_in(client, make_person(session, role))
        assert "Something does not work just now" in client.page("/desk")
        for locale in ("kk", "ru", "en"):
            assert "check-list__line--failed" in client.page("/desk/operations", locale=locale)


def late_letter(session: Session) -> None:
    due = datetime.now(UTC) - timedelta(minutes=11)
    session.add(
        Letter(channel="email", recipient="a@example.kz", locale="ru", template="x",
               created_at=due, due_at=due)
    )  # fmt: skip
    session.flush()


def unsealed_vote(session: Session) -> None:
    make_cycle(session, PhaseKind.VOTING)


def test_staff_without_a_say_are_not_bothered(client: StrictClient, session: Session) -> None:
    sign_in(client, make_person(session, "reviewer"))
    assert "Something does not work just now" not in client.page("/desk")
    client.page("/desk/operations", 403)


def test_a_worker_is_silent_after_its_time_and_a_late_note_is_no_step_back(
    session: Session,
) -> None:
    now = datetime.now(UTC)
    assert list_silent_lanes(session, now) == ["frequent", "slow"]
    jobs.show_frequent_work(now)
    jobs.show_slow_work(now)
    assert list_silent_lanes(session, now + timedelta(seconds=90)) == []
    assert list_silent_lanes(session, now + timedelta(seconds=91)) == ["frequent"]
    job_queue.record_heartbeat(session, job_queue.SLOW, now - timedelta(days=1))
    assert list_silent_lanes(session, now + timedelta(minutes=45)) == ["frequent"]


def test_whoever_waits_for_a_letter_reads_that_messages_are_late(
    client: StrictClient, session: Session, changed: Any
) -> None:
    cycle, _ = make_vote(session)
    assert "Messages are late" not in client.page("/register/check")
    changed(sample_mode=False, smtp_host="mail.example.kz")
    for path in ("/register/check", f"/c/{cycle.slug}/vote"):
        assert "Messages are late just now" in client.page(path)
    beat(session)
    assert "Messages are late" not in client.page("/register/check")
