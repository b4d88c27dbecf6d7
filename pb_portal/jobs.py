"""Work that happens by the clock: letters, rule books, housekeeping.

`flask --app pb_portal jobs run` does it every few seconds; `jobs tick` does it once, for cron.
Every task is safe to repeat and to run in several workers at once.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from pb_portal.accounts import service as accounts
from pb_portal.accounts.service import duty_letters
from pb_portal.cycles import queries as cycles_read
from pb_portal.cycles import service as cycles
from pb_portal.cycles.queries import rules_of
from pb_portal.db import database_now, db, session, transaction
from pb_portal.domain import roll
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.files import service as files
from pb_portal.job_queue import service as job_queue
from pb_portal.job_queue.queries import is_beat_due
from pb_portal.mailer import delivery
from pb_portal.mailer import queries as letters
from pb_portal.mailer import service as mailer
from pb_portal.outbox import choices
from pb_portal.projects.service import checking, digest, issues, mail_follows, reminders
from pb_portal.register import loads
from pb_portal.register import service as register
from pb_portal.register import worker as worker_of_loads
from pb_portal.results import auditing, bundles, study, worker
from pb_portal.results import queries as results
from pb_portal.review import service as review
from pb_portal.seals import batches as acts
from pb_portal.voting import heads
from pb_portal.voting import queries as ballot_box
from pb_portal.voting import service as voting
from pb_portal.voting.fraud import looking
from pb_portal.voting.ledger import batches, paper_records, sealing
from pb_portal.voting.service import letters as voters_letters
from pb_portal.voting.service import poll_of
from pb_portal.web import clock, storage
from pb_portal.web.signer import audit_keys, signer

log = logging.getLogger(__name__)
commands = AppGroup("jobs", help="Work that happens by the clock.")
HOUR = timedelta(hours=1)
STUDY_SECONDS = 2.0


def show_frequent_work(at: datetime) -> None:
    """Leave a sign of life of the work that is done every few seconds."""
    _beat(job_queue.FREQUENT, at)


def show_slow_work(at: datetime) -> None:
    """Leave a sign of life of the work that may take minutes."""
    _beat(job_queue.SLOW, at)


def _beat(lane: str, at: datetime) -> None:
    if not is_beat_due(session(), lane, at):
        return
    with transaction() as work:
        job_queue.record_heartbeat(work, lane, at)


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
        outcomes = delivery.deliver(claims, current_app.jinja_env, settings, now=clock.now)
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
        review.tidy(work, at)
        review.forget_batches(work, at)


def forget_voters(at: datetime) -> None:
    """Remove what the way to the ballot leaves behind, as soon as it has run out or the vote is
    closed, whether or not anybody comes after it."""
    visits = voting.any_visit_over(session(), at)
    codes = register.any_code_over(session(), at)
    messages = mailer.any_worthless(session(), at)
    if not (visits or codes or messages):
        return
    with transaction() as work:
        voting.forget_visits(work, at)
        register.forget_codes(work, at)
        mailer.forget(work, at)


def size_pictures(at: datetime) -> None:
    """Make the smaller pictures of a few uploads; the others wait for the next round."""
    rows = files.waiting(session())
    if not rows:
        return
    made = [files.make_sizes(row, storage.root()) for row in rows]
    with transaction() as work:
        files.record_sizes(work, made, at)


def remove_files(at: datetime) -> None:
    """Remove files no page refers to any more."""
    with transaction() as work:
        names = files.forget_unreferred(work, at)
    files.remove(storage.root(), names)


def remind_reviewers(at: datetime) -> None:
    """Remind those who answer for files that are due soon or today."""
    with transaction() as work:
        review.remind(work, Signature(SYSTEM, at), clock.city_zone())


def remind_voters(at: datetime) -> None:
    """Remind of unfinished ballots those who asked; forget addresses of votes that are over."""
    with transaction() as work:
        while voters_letters.send_reminders(work, Signature(SYSTEM, at), clock.city_zone()):
            pass
        voters_letters.forget_letters(work, at)


def tell_results(at: datetime) -> None:
    """Write to those who asked for the result, once it is certified."""
    for cycle in voters_letters.waiting_for_result(session()):
        if results.certified_run(session(), cycle.id) is None:
            continue
        with transaction() as work:
            while voters_letters.send_results(work, Signature(SYSTEM, at), cycle):
                pass


def send_digests(at: datetime) -> None:
    """Send the letters of those who want one a day or a week; forget who never confirmed."""
    with transaction() as work:
        digest.send_digests(work, Signature(SYSTEM, at), at)
        while choices.send_daily_letters(work, at) == choices.BATCH:
            pass
        mail_follows.forget_unconfirmed(work, at)


def remind_of_issues(at: datetime) -> None:
    """Remind those who answer for defects and questions whose day has passed."""
    with transaction() as work:
        issues.remind_overdue(work, Signature(SYSTEM, at), clock.today())


def remind_managers(at: datetime) -> None:
    """Remind those who answer for projects that have been silent for long."""
    with transaction() as work:
        reminders.remind_silent_projects(work, Signature(SYSTEM, at), at)


def remind_approvers(at: datetime) -> None:
    """Remind those who may agree to a request that has waited for days, once."""
    days = current_app.config["SETTINGS"].approval_reminder_days
    with transaction() as work:
        duty_letters.remind_approvers(work, Signature(SYSTEM, at), days)


def seal_ledgers(at: datetime) -> None:
    """Sign the heads of ballot boxes whose vote has just closed."""
    if not heads.due(session(), at):
        return
    with transaction() as work:
        for cycle in heads.due(work, at):
            heads.seal(work, Signature(SYSTEM, at), cycle, signer())


def seal_batches(at: datetime) -> None:
    """Seal what was cast into the ledger of each vote, on a schedule that ballots do not change.

    The database's clock decides; reading and hashing happen before the write transaction.
    """
    settings = current_app.config["SETTINGS"]
    every = timedelta(seconds=settings.seal_seconds)
    for one in sealing.due(session(), database_now(session()), every):
        keys = batches.keys_of(one.cycle_id, settings.ballot_key)
        draft = sealing.prepare(session(), one, keys, signer())
        with transaction() as work:
            sealing.store(work, draft)


def record_papers(at: datetime) -> None:
    """Sign how many papers were handed out, after each day of a vote and after its close."""
    settings, now = current_app.config["SETTINGS"], database_now(session())
    for span in paper_records.list_due(session(), now, clock.city_zone()):
        own = roll.cycle_key(settings.register_key, span.cycle_id)
        with transaction() as work:
            if span.closing:
                ballot_box.demand_closed(work, span.cycle_id, now)
            paper_records.append_record(work, span, own, signer(), now.replace(microsecond=0))


def seal_acts(at: datetime) -> None:
    """Close the seals of what was written into the next batch, on a fixed schedule."""
    every = timedelta(seconds=current_app.config["SETTINGS"].acts_seal_seconds)
    if not acts.is_due(session(), every):
        return
    with transaction() as work:
        acts.seal_waiting(work, signer())


def look_for_fraud(at: datetime) -> None:
    """Look at how votes came in, every few minutes while a vote runs."""
    settings = current_app.config["SETTINGS"]
    for cycle in looking.due(session(), at):
        with transaction() as work:
            poll = poll_of(cycle.id, rules_of(cycle), settings.ballot_key, settings.register_key)
            looking.look(work, looking.Keys(poll, settings.register_key), at)


def forget_traces(at: datetime) -> None:
    """Delete what the fraud desk may keep for 90 days only."""
    with transaction() as work:
        looking.forget(work, at)


def count_votes(at: datetime) -> None:
    """Count what commissioners have asked for."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    while worker.count_next(app, clock.now, signer()):
        log.info("jobs: a count is done")


def load_registers(at: datetime) -> None:
    """Read the files of residents that registrars have sent."""
    desk = loads.desk()
    worker_of_loads.sweep(desk)
    while worker_of_loads.load_next(desk):
        log.info("jobs: a file of residents is read")


def check_ledger(at: datetime) -> None:
    """Once a day, compare the sums projects show with the entries they come from."""
    if not checking.check_due(session(), at):
        return
    with transaction() as work:
        checking.check_ledger(work, Signature(SYSTEM, at), at)


def study_results(at: datetime) -> None:
    """Bundle certified results; recount them for margins and by other rules, bit by bit."""
    for run_id in bundles.missing(session()):
        with transaction() as work:
            bundles.keep(work, run_id, signer(), clock.city_zone())
    study.study(session(), STUDY_SECONDS)


def audit_votes(at: datetime) -> None:
    """Open the whole ledger of votes that were closed, counted or certified since the last time."""
    for cycle_id in auditing.due(session()):
        cycle = cycles_read.get_cycle_by_id(session(), cycle_id)
        found = auditing.look(session(), cycle, audit_keys())
        with transaction() as work:
            if not auditing.keep(work, cycle, found, clock.now()).holds:
                log.error("jobs: the audit of %s does not hold", cycle.slug)


OFTEN: list[Callable[[datetime], None]] = [
    show_frequent_work,
    freeze_rules,
    send_letters,
    size_pictures,
    record_papers,
    seal_batches,
    seal_ledgers,
    forget_voters,
    seal_acts,
]
SLOW: list[Callable[[datetime], None]] = [
    show_slow_work,
    count_votes,
    load_registers,
    study_results,
    look_for_fraud,
    audit_votes,
]
"""May take minutes: `jobs run` does them beside the others, so that letters never wait for them."""
HOURLY: list[Callable[[datetime], None]] = [
    keep_house,
    forget_traces,
    remind_reviewers,
    remind_approvers,
    remind_managers,
    remind_of_issues,
    remind_voters,
    tell_results,
    send_digests,
    remove_files,
    check_ledger,
]
"""Timed work of other rooms is added to one of these two lists."""


def tick(at: datetime, *, hourly: bool = True, slow: bool = True) -> int:
    """Do everything that is due at the moment; returns how many tasks failed.

    A task that breaks is logged and does not stop the others.
    """
    return _do([*OFTEN, *(SLOW if slow else []), *(HOURLY if hourly else [])], at)


def _do(tasks: Sequence[Callable[[datetime], None]], at: datetime) -> int:
    failed = 0
    for task in tasks:
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
    """Rounds of what is due until `stop` is set; the round under way is finished.

    A count under way is not waited for: its lease runs out, and it is begun again.
    """
    log.info("jobs: every %s s", every)
    beside = threading.Thread(target=_run_slow, args=(app, every, stop), daemon=True)
    beside.start()
    last_hourly: datetime | None = None
    while not stop.is_set():
        with app.app_context():
            at = clock.now()
            hourly = last_hourly is None or at - last_hourly >= HOUR
            tick(at, hourly=hourly, slow=False)
            last_hourly = at if hourly else last_hourly
        stop.wait(every)
    beside.join(timeout=3)
    log.info("jobs: stopped")


def _run_slow(app: Flask, every: float, stop: threading.Event) -> None:
    while not stop.is_set():
        with app.app_context():
            _do(SLOW, clock.now())
        stop.wait(every)
