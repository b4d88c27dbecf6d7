"""The worker of loads: reads a file outside any transaction, then merges it drawer by drawer.

Each drawer is one short transaction that also shows how far the load is, so that nobody else who
writes waits for two million rows.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import IO

from sqlalchemy.orm import Session

from pb_portal.accounts.queries import get_person
from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.register import queries
from pb_portal.register.models import RegisterLoad
from pb_portal.register.reader import read_cells, read_register
from pb_portal.register.service import jobs, loading, sound
from pb_portal.register.service.aside import AsideStream
from pb_portal.register.service.intake import DRAWERS, Intake, Report
from pb_portal.register.uploads import Uploads

log = logging.getLogger(__name__)
READ = 60
"""Per cent done when the file is read."""
SHOW_SECONDS = 1.0
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Desk:
    """What every load needs of the installation."""

    uploads: Uploads
    key: str
    zone: tzinfo
    now: Clock
    kept_for: timedelta = timedelta(days=7)
    """How long files stay of which lines are wrong."""


def load_next(desk: Desk) -> bool:
    """Read the file that waits longest; False when none does."""
    if not queries.load_waits(session(), desk.now()):
        return False
    with transaction() as work:
        job = jobs.claim(work, desk.now())
        if job is None:
            return False
        taken = Taken(job, desk)
    taken.run_sealed()
    return True


def sweep(desk: Desk) -> None:
    """Let go of what is kept no longer, and remove sealed files that nothing waits for."""
    if queries.any_kept_over(session(), desk.now()):
        with transaction() as work:
            jobs.forget_kept(work, desk.now())
    desk.uploads.sweep(queries.uploads_waiting(session()))


class Taken:
    """A request in the hands of this worker."""

    def __init__(self, job: RegisterLoad, desk: Desk) -> None:
        self.job_id, self.worker, self.upload = job.id, job.worker, job.upload
        self.cycle_id, self.saves, self.attempts = job.cycle_id, job.kind == "load", job.attempts
        self.way = job.way
        self.desk = desk
        self._shown = time.monotonic()

    def run_sealed(self) -> None:
        """Read the sealed file; it is gone afterwards, whatever came of it."""
        if self.attempts > jobs.MOST_ATTEMPTS:
            self._fail(Refusal("register.gave_up"))
            return
        try:
            with self.desk.uploads.opened(self.upload) as stream:
                self.run(stream)
        except (FileNotFoundError, IsADirectoryError):
            self._fail(Refusal("register.file_gone"))

    def run(self, stream: IO[bytes]) -> Report | Refusal | None:
        """Read and merge. The report, or why there is none; None when another worker took over."""
        try:
            report, kept = self._run(stream)
        except jobs.LostLease:
            log.warning("load %s was taken up by another worker", self.job_id)
            return None
        except Refusal as refusal:
            return self._fail(refusal)
        if kept != self.upload:
            self.desk.uploads.remove(self.upload)
        return report

    def _run(self, stream: IO[bytes]) -> tuple[Report, str]:
        """The report, and the name of the sealed file that stays."""
        mended = self.way == "mended"
        with transaction() as work:
            self._hold(work)
            cycle = cycles.get_cycle_by_id(work, self.cycle_id)
            intake = Intake(cycle, self.desk.key, self.desk.zone, adds=mended)
        report = intake.gather(read_register(stream, self._reading))
        loads = self._may_load(report)
        if loads and not mended:
            for drawer in range(DRAWERS):
                self._merge(intake, drawer)
        kept = self._keep(stream, report)
        with transaction() as work:
            job = self._hold(work)
            if self.saves and loads:
                self._finish(work, job, intake)
            if kept:
                jobs.keep(job, kept, self.desk.now() + self.desk.kept_for)
            jobs.finish(job, report, self.desk.now())
        return report, kept

    def _may_load(self, report: Report) -> bool:
        if self.way != "sound":
            if self.way == "mended" and report.residents > loading.MOST_MENDED:
                raise Refusal("register.many_mended", most=loading.MOST_MENDED)
            return report.clean
        with transaction() as work:
            sound.demand_agreed(work, self._hold(work), report.sound, report.set_aside)
        return True

    def _finish(self, work: Session, job: RegisterLoad, intake: Intake) -> None:
        by = self._by(work, job)
        if self.way == "mended":
            loading.add_mended(work, by, intake)
            return
        aside = intake.report.set_aside if self.way == "sound" else 0
        loading.finish_load(work, by, intake, set_aside=aside)
        jobs.forget_former(work, job)

    def _keep(self, stream: IO[bytes], report: Report) -> str:
        """Seal the lines set aside; or keep a file that was sent so that two people load what is
        right of it. Any other file is gone when it is read."""
        if self.way == "sound":
            stream.seek(0)
            lines = AsideStream(read_cells(stream), report.aside)
            return self.desk.uploads.keep(io.BufferedReader(lines))
        if not (self.way == "offered" and report.faults_total and report.sound):
            return ""
        if self.upload:
            return self.upload
        stream.seek(0)
        return self.desk.uploads.keep(stream)

    def _merge(self, intake: Intake, drawer: int) -> None:
        with transaction() as work:
            job = self._hold(work)
            if self.saves:
                loading.begin_load(work, self.cycle_id)
            loading.compare(work, intake, drawer, save=self.saves)
            job.step = "saving" if self.saves else "comparing"
            job.progress = READ + (99 - READ) * drawer // DRAWERS

    def _reading(self, done: int, of: int) -> None:
        if time.monotonic() - self._shown < SHOW_SECONDS:
            return
        self._shown = time.monotonic()
        with transaction() as work:
            self._hold(work).progress = min(READ, READ * done // max(of, 1))

    def _hold(self, work: Session) -> RegisterLoad:
        return jobs.hold(work, self.job_id, self.worker, self.desk.now())

    def _by(self, work: Session, job: RegisterLoad) -> Signature:
        """The one who asked: the load is theirs."""
        person = get_person(work, job.asked_by) if job.asked_by else None
        return Signature(person.actor() if person else SYSTEM, self.desk.now())

    def _fail(self, refusal: Refusal) -> Refusal | None:
        try:
            with transaction() as work:
                jobs.fail(self._hold(work), refusal.code, refusal.params, self.desk.now())
        except jobs.LostLease:
            return None
        self.desk.uploads.remove(self.upload)
        return refusal
