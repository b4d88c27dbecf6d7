"""Work that happens by the clock: letters, rule books, housekeeping.

`flask --app pb_portal jobs run` does it every few seconds; `jobs tick` does it once, for cron.
Every task is safe to repeat and to run in several workers at once.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from pb_portal.accounts import service as accounts
from pb_portal.cycles import service as cycles
from pb_portal.db import db, session, transaction
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer import delivery
from pb_portal.mailer import queries as letters
from pb_portal.mailer import service as mailer
from pb_portal.projects.service import reminders
from pb_portal.web import clock

log = logging.getLogger(__name__)
commands = AppGroup("jobs", help="Work that happens by the clock.")
HOUR = timedelta(hours=1)


def send_letters(at: datetime) -> None:
    """Send every letter that is due, batch by batch; a sample city only puts them in its box."""
    settings = current_app.config["SETTINGS"]
    while letters.any_due(session(), at):
        with transaction() as work:
            if settings.letters_boxed:
                mailer.put_in_box(work, at)
                return
            claims = mailer.claim(work, at)
        if not claims:
            return
        outcomes = delivery.deliver(claims, current_app.jinja_env, settings)
        with transaction() as work:
            mailer.record(work, outcomes, at)


def freeze_rules(at: datetime) -> None:
    """Freeze and hash the rule books of cycles whose voting is about to open."""
    if not cycles.rules_due(session(), at):
        return
    with transaction() as work:
        cycles.freeze_due_rules(work, Signature(SYSTEM, at), at)


def keep_house(at: datetime) -> None:
    """Remove what has run out: sessions, links, the personal data of old letters."""
    with transaction() as work:
        accounts.tidy(work, at)
        mailer.forget(work, at)


def remind_managers(at: datetime) -> None:
    """Remind those who answer for projects that have been silent for long."""
    with transaction() as work:
        reminders.remind_silent_projects(work, Signature(SYSTEM, at), at)


OFTEN: list[Callable[[datetime], None]] = [freeze_rules, send_letters]
HOURLY: list[Callable[[datetime], None]] = [keep_house, remind_managers]
"""Timed work of other rooms is added to one of these two lists."""


def tick(at: datetime, *, hourly: bool = True) -> int:
    """Do everything that is due at the moment; returns how many tasks failed.

    A task that breaks is logged and does not stop the others.
    """
    failed = 0
    for task in [*OFTEN, *(HOURLY if hourly else [])]:
        try:
            task(at)
        except Exception as error:
            db.session.rollback()
            failed += 1
            log.error("task %s failed: %s", task.__name__, type(error).__name__)
    return failed


@commands.command("tick")
def tick_command() -> None:
    """Do everything that is due now, once."""
    failed = tick(clock.now())
    if failed:
        raise click.ClickException(f"{failed} task(s) failed, see the log")


@commands.command("run")
@click.option("--every", default=3.0, show_default=True, help="Seconds between two rounds.")
def run_command(every: float) -> None:
    """Do what is due every few seconds, until told to stop (SIGTERM or Ctrl-C)."""
    stop = threading.Event()

    def leave(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    run(app, every, stop)


def run(app: Flask, every: float, stop: threading.Event) -> None:
    """Rounds of `tick` until `stop` is set; the round under way is finished."""
    log.info("jobs: every %s s", every)
    last_hourly: datetime | None = None
    while not stop.is_set():
        with app.app_context():
            at = clock.now()
            hourly = last_hourly is None or at - last_hourly >= HOUR
            tick(at, hourly=hourly)
            last_hourly = at if hourly else last_hourly
        stop.wait(every)
    log.info("jobs: stopped")
