"""Asking for a file to be checked or loaded, and the life of that request in workers' hands.

A worker holds a request by a lease and renews it as it goes on. When it dies the lease runs out and
the next one begins again: loading is merging, so that doing it twice gives the same register.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register import queries
from pb_portal.register.models import RegisterLoad
from pb_portal.register.service.intake import Report
from pb_portal.register.service.loading import open_state

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
FIGURES = (
    "residents", "too_young", "temporary", "added", "changed", "removed", "faults_total", "sound",
    "set_aside",
)  # fmt: skip


class LostLease(Exception):
    """Another worker has taken the request up."""


def ask_for_load(
    session: Session,
    by: Signature,
    cycle: Cycle,
    *,
    load: bool,
    upload: str = "",
    way: str = "whole",
    approval_id: int | None = None,
) -> RegisterLoad:
    """Queue a file to be checked, or checked and loaded. Refuses while another one is under way
    (`register.loading`), and loading into a frozen register."""
    demand(by.actor, P.KEEP_REGISTER)
    state = open_state(session, cycle.id)
    if way == "mended" and not (state.set_aside and state.loaded_at):
        raise Refusal("register.nothing_aside", field="file")
    job = RegisterLoad(
        cycle_id=cycle.id,
        kind="load" if load else "check",
        upload=upload,
        way=way,
        approval_id=approval_id,
        asked_by=by.actor.person_id,
        asked_at=by.at,
    )
    try:
        with session.begin_nested():
            session.add(job)
            session.flush()
    except IntegrityError:
        raise Refusal("register.loading", field="file") from None
    return job


def claim(session: Session, at: datetime) -> RegisterLoad | None:
    """Take the oldest request that nobody holds."""
    free = or_(
        RegisterLoad.state == "queued",
        (RegisterLoad.state == "running") & (RegisterLoad.lease_until <= at),
    )
    job = session.scalars(
        select(RegisterLoad)
        .where(free)
        .order_by(RegisterLoad.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    return take(job, at) if job else None


def take(job: RegisterLoad, at: datetime) -> RegisterLoad:
    """Begin, or begin again."""
    job.state, job.step, job.progress = "running", "reading", 0
    job.worker, job.attempts = secrets.token_hex(8), job.attempts + 1
    job.lease_until = at + LEASE
    return job


def hold(session: Session, job_id: int, worker: str, at: datetime) -> RegisterLoad:
    """The request, locked and held for some time more; raises `LostLease`."""
    job = session.get(RegisterLoad, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.state != "running" or job.worker != worker:
        raise LostLease
    job.lease_until = at + LEASE
    return job


def finish(job: RegisterLoad, report: Report, at: datetime) -> None:
    """Keep the figures and the places of mistakes."""
    for name in FIGURES:
        setattr(job, name, getattr(report, name))
    found = sorted(report.faults, key=lambda fault: fault.line)
    job.faults = [{"line": f.line, "code": f.code, "params": f.params} for f in found]
    job.fault_kinds = dict(report.kinds)
    job.progress, job.step = 100, "done"
    _end(job, "done", at)


def keep(job: RegisterLoad, name: str, until: datetime) -> None:
    """A sealed file stays for a while: what was sent, or the lines that were set aside."""
    job.kept, job.kept_until = name, until


def forget_kept(session: Session, at: datetime) -> None:
    """Let go of files whose time is over; the worker removes them."""
    session.execute(
        update(RegisterLoad)
        .where(RegisterLoad.kept != "", RegisterLoad.kept_until <= at)
        .values(kept="", kept_until=None)
    )


def forget_former(session: Session, job: RegisterLoad) -> None:
    """Let go of what earlier files of the cycle have left: this one takes their place."""
    session.execute(
        update(RegisterLoad)
        .where(RegisterLoad.cycle_id == job.cycle_id, RegisterLoad.id < job.id)
        .values(kept="", kept_until=None)
    )


def fail(job: RegisterLoad, code: str, params: dict[str, Any], at: datetime) -> None:
    """Nothing came of it; the page says why."""
    job.error, job.error_params = code, {key: str(value) for key, value in params.items()}
    _end(job, "failed", at)


def _end(job: RegisterLoad, state: str, at: datetime) -> None:
    job.state, job.finished_at, job.lease_until, job.upload = state, at, None, ""


def demand_no_load(session: Session, cycle_id: int) -> None:
    """Refuse (`register.loading`) while a file is being read."""
    if queries.find_open_load(session, cycle_id) is not None:
        raise Refusal("register.loading")
