"""The worker of counts: takes a request, counts outside any transaction, stores the result."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pb_portal.accounts.queries import get_person
from pb_portal.cycles import queries as cycles
from pb_portal.db import transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.results.models import CountJob
from pb_portal.results.service import counting, requests
from pb_portal.signing import Signer

log = logging.getLogger(__name__)
BEAT_SECONDS = 8.0
READ, COUNTED = 10, 95
"""Per cent done when the box is read, and when everything is counted."""
Clock = Callable[[], datetime]


def count_next(app: Flask, now: Clock, signer: Signer) -> bool:
    """Count what is asked for next; False when nothing is."""
    with transaction() as work:
        job = requests.claim(work, now())
        if job is None:
            return False
        taken = Taken(job, now, signer)
    try:
        with taken.beating(app):
            taken.count()
    except requests.LostLease:
        log.warning("count %s was taken up by another worker", taken.job_id)
    except Refusal as refusal:
        taken.fail(refusal)
    return True


class Taken:
    """A request in the hands of this worker."""

    def __init__(self, job: CountJob, now: Clock, signer: Signer) -> None:
        self.job_id, self.worker, self.cycle_id = job.id, job.worker, job.cycle_id
        self.now, self.signer = now, signer

    def count(self) -> None:
        """Read, count, store; every part begins by making sure that the lease is still held."""
        with transaction() as work:
            requests.hold(work, self.job_id, self.worker)
            cycle = cycles.get_cycle_by_id(work, self.cycle_id)
            system = Signature(SYSTEM, self.now())
            material = counting.gather(work, system, cycle, self.signer)
        counted = counting.tally(material, self.show)
        with transaction() as work:
            job = requests.hold(work, self.job_id, self.worker)
            requests.show_progress(job, "storing", COUNTED, job.areas, job.areas)
            cycle = cycles.get_cycle_by_id(work, self.cycle_id)
            run = counting.store(work, self._by(work, job), cycle, counted)
            requests.finish(job, run.id, self.now())

    def _by(self, work: Session, job: CountJob) -> Signature:
        """The one who asked: the count is theirs."""
        person = get_person(work, job.asked_by) if job.asked_by else None
        return Signature(person.actor() if person else SYSTEM, self.now())

    def show(self, done: int, areas: int) -> None:
        """Write how far the count is, and hold the request for some time more."""
        progress = READ + (COUNTED - READ) * done // max(areas, 1)
        with transaction() as work:
            job = requests.hold(work, self.job_id, self.worker)
            requests.show_progress(job, "counting", progress, done, areas)
            requests.renew(job, self.now())

    @contextmanager
    def beating(self, app: Flask) -> Iterator[None]:
        """Hold the request also while one area takes long."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(BEAT_SECONDS):
                with app.app_context(), suppress(SQLAlchemyError), transaction() as work:
                    try:
                        job = requests.hold(work, self.job_id, self.worker)
                    except requests.LostLease:
                        return
                    requests.renew(job, self.now())

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def fail(self, refusal: Refusal) -> None:
        """Say why there is no count, unless somebody else is at it by now."""
        with transaction() as work:
            try:
                job = requests.hold(work, self.job_id, self.worker)
            except requests.LostLease:
                return
            requests.fail(job, refusal, self.now())
