"""Asking for a count, and the life of that request in the hands of workers.

A worker takes a request with a lease and renews it as it goes on. When the worker dies the lease
runs out and the next one takes the request up; the former one, should it wake, finds that it no
longer holds it and stores nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.results import queries
from pb_portal.results.models import CountJob
from pb_portal.results.service.guard import demand_city, demand_undecided, ready_to_count

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5


def ask_for_count(session: Session, by: Signature, cycle: Cycle) -> CountJob:
    """Queue the count of a cycle; one that is queued or running already is answered with it.

    Refuses what cannot be counted now, so that the person hears it at once.
    """
    demand_city(by, P.COUNT)
    ready_to_count(session, cycle)
    demand_undecided(session, cycle)
    job = queries.find_open_job(session, cycle.id)
    if job is not None:
        return job
    job = CountJob(cycle_id=cycle.id, asked_by=by.actor.person_id, asked_at=by.at)
    session.add(job)
    session.flush()
    audit.record(session, by, "count.asked", ("count_job", job.id), cycle_id=cycle.id)
    return job


def claim(session: Session, at: datetime) -> CountJob | None:
    """Take the oldest request that nobody holds. One that killed its workers is given up."""
    while True:
        job = session.scalars(
            select(CountJob)
            .where(
                or_(
                    CountJob.state == "queued",
                    (CountJob.state == "running") & (CountJob.lease_until <= at),
                )
            )
            .order_by(CountJob.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None
        if job.attempts < MOST_ATTEMPTS:
            break
        _end(job, "failed", at, error="result.gave_up")
        session.flush()
    job.state, job.step, job.progress = "running", "reading", 0
    job.worker, job.attempts = secrets.token_hex(8), job.attempts + 1
    job.lease_until = at + LEASE
    session.flush()
    return job


def hold(session: Session, job_id: int, worker: str) -> CountJob:
    """The request, locked, while this worker still holds it; else `LostLease`."""
    job = session.get(CountJob, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.state != "running" or job.worker != worker:
        raise LostLease
    return job


class LostLease(RuntimeError):
    """Another worker has taken the request up."""


def renew(job: CountJob, at: datetime) -> None:
    """Hold it for some time more."""
    job.lease_until = at + LEASE


def show_progress(job: CountJob, step: str, progress: int, areas_done: int, areas: int) -> None:
    """What the desk sees."""
    job.step, job.progress, job.areas_done, job.areas = step, progress, areas_done, areas


def finish(job: CountJob, run_id: int, at: datetime) -> None:
    """The count is stored."""
    job.run_id, job.progress, job.step = run_id, 100, "done"
    _end(job, "done", at)


def fail(job: CountJob, refusal: Refusal, at: datetime) -> None:
    """The count was refused; the desk page says why."""
    job.error_params = {key: str(value) for key, value in refusal.params.items()}
    _end(job, "failed", at, error=refusal.code)


def _end(job: CountJob, state: str, at: datetime, error: str = "") -> None:
    job.state, job.finished_at, job.error, job.lease_until = state, at, error, None
