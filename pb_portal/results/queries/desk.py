"""How far a count is, for the desk: its checks and never its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit import queries as audit
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.results.models import CountJob, CountRun
from pb_portal.results.queries.shown import certified_run, names_of


def find_counted(session: Session, cycle_id: int) -> CountRun | None:
    """The sealed count that waits for certification: for its checks, never its numbers."""
    return session.scalars(
        select(CountRun).where(CountRun.cycle_id == cycle_id, CountRun.state == "counted")
    ).one_or_none()


def get_counted(session: Session, cycle_id: int) -> CountRun:
    """The sealed count; raises `Missing`."""
    run = find_counted(session, cycle_id)
    if run is None:
        raise Missing("count")
    return run


def find_request(session: Session, run: CountRun) -> ApprovalRequest | None:
    """The open request to certify a count."""
    return approvals.find_open(session, "result.certify", f"count:{run.id}")


def find_open_job(session: Session, cycle_id: int) -> CountJob | None:
    """The request to count that is queued or running."""
    return session.scalars(
        select(CountJob).where(
            CountJob.cycle_id == cycle_id, CountJob.state.in_(("queued", "running"))
        )
    ).one_or_none()


def last_job(session: Session, cycle_id: int) -> CountJob | None:
    """The newest request to count, whatever became of it."""
    return session.scalars(
        select(CountJob).where(CountJob.cycle_id == cycle_id).order_by(CountJob.id.desc()).limit(1)
    ).first()


def last_decline(session: Session, run: CountRun) -> AuditEntry | None:
    """The newest refusal to certify a count, with its reason, as the log keeps it."""
    request_id = session.scalar(
        select(ApprovalRequest.id)
        .where(ApprovalRequest.subject == f"count:{run.id}", ApprovalRequest.state == "declined")
        .order_by(ApprovalRequest.id.desc())
        .limit(1)
    )
    if request_id is None:
        return None
    subject = f"approval:{request_id}"
    found = audit.newest(session, action="result.certify.declined", subject=subject, limit=1)
    return found[0] if found else None


def get_certification(session: Session, request_id: int) -> tuple[ApprovalRequest, CountRun]:
    """A request to certify and the count it is about; raises `Missing`."""
    request = approvals.get_request(session, request_id)
    if request.kind != "result.certify":
        raise Missing("approval")
    run = session.get(CountRun, request.payload["run_id"])
    if run is None:
        raise Missing("count")
    return request, run


@dataclass(frozen=True)
class Waiting:
    """How far a cycle is on its way from the vote to the result."""

    cycle: Cycle
    state: str
    """no_vote, voting, to_count, counting, counted, proposed or certified."""
    run: CountRun | None
    request: ApprovalRequest | None
    job: CountJob | None = None
    """The count under way; or the last one, if it failed."""


def people_of(session: Session, waiting: Waiting) -> dict[int, str]:
    """Names of those who counted and signed so far."""
    run, request = waiting.run, waiting.request
    ids = [run.counted_by, run.first_commissioner_id, run.second_commissioner_id] if run else []
    refused = last_decline(session, run) if run else None
    ids += [request.proposed_by if request else None, refused.actor_id if refused else None]
    return names_of(session, ids)


def progress(session: Session, cycle: Cycle, at: datetime) -> Waiting:
    """Where the count of a cycle stands."""
    run = certified_run(session, cycle.id)
    if run is not None:
        return Waiting(cycle, "certified", run, None)
    phase = cycles.find_phase(cycle, PhaseKind.VOTING)
    if phase is None:
        return Waiting(cycle, "no_vote", None, None)
    if phase.ends_at > at:
        return Waiting(cycle, "voting", None, None)
    run, job = find_counted(session, cycle.id), last_job(session, cycle.id)
    if job is not None and job.state in ("queued", "running"):
        return Waiting(cycle, "counting", run, None, job)
    failed = job if job is not None and job.state == "failed" else None
    if run is None:
        return Waiting(cycle, "to_count", None, None, failed)
    request = find_request(session, run)
    return Waiting(cycle, "proposed" if request else "counted", run, request, failed)
