"""Loading the sound lines of a file whose others are wrong: one person asks, another agrees.

The figures the two have seen are those that are loaded: a file that reads otherwise by then, since
the cycle's districts have changed, is not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register import queries
from pb_portal.register.models import RegisterLoad
from pb_portal.register.service.jobs import ask_for_load, demand_no_load
from pb_portal.register.service.loading import open_state


def propose_sound_load(
    session: Session, by: Signature, cycle: Cycle, load_id: int, *, reason: str
) -> ApprovalRequest:
    """A registrar asks to load what is right in the newest file, and to set the rest aside."""
    demand(by.actor, P.KEEP_REGISTER)
    if not reason:
        raise Refusal("register.sound_reason", field="reason")
    open_state(session, cycle.id)
    demand_no_load(session, cycle.id)
    job = _waiting(session, cycle.id, load_id)
    return approvals.propose(
        session,
        by,
        SOUND,
        f"register:{cycle.id}:sound",
        payload={
            "load": job.id,
            "sound": job.sound,
            "set_aside": job.set_aside,
            "kinds": dict(job.fault_kinds),
        },
        reason=reason,
        cycle_id=cycle.id,
    )


def decide_sound_load(
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> None:
    """The second person's word; the worker then loads the sound lines."""
    demand(by.actor, P.APPROVE)
    if request.kind != SOUND or request.cycle_id is None:
        raise Missing("approval")
    four_eyes.decide(session, by, request, approve=approve, reason=reason)


def _load(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    assert request.cycle_id is not None
    cycle = session.get_one(Cycle, request.cycle_id)
    open_state(session, cycle.id)
    demand_no_load(session, cycle.id)
    former = _waiting(session, cycle.id, request.payload["load"])
    job = RegisterLoad(
        cycle_id=cycle.id,
        kind="load",
        way="sound",
        upload=former.kept,
        approval_id=request.id,
        asked_by=request.proposed_by,
        asked_at=by.at,
    )
    former.kept, former.kept_until = "", None
    session.add(job)
    session.flush()


def demand_agreed(session: Session, job: RegisterLoad, sound: int, set_aside: int) -> None:
    """Refuse (`register.reads_otherwise`) figures other than those two people agreed to."""
    request = approvals.get_request(session, job.approval_id or 0)
    agreed = request.payload
    if request.state != "approved" or (agreed["sound"], agreed["set_aside"]) != (sound, set_aside):
        raise Refusal("register.reads_otherwise")


def open_set_aside(session: Session, by: Signature, cycle: Cycle, load_id: int) -> RegisterLoad:
    """The load whose lines set aside are about to be downloaded: that this person did is recorded.
    Raises `Missing` when they are gone."""
    demand(by.actor, P.KEEP_REGISTER)
    job = queries.get_load(session, cycle.id, load_id)
    if job.way != "sound" or not job.kept:
        raise Missing("load")
    audit.record(
        session,
        by,
        "register.aside_opened",
        ("register", cycle.id),
        cycle_id=cycle.id,
        load=job.id,
        lines=job.set_aside,
    )
    return job


def _waiting(session: Session, cycle_id: int, load_id: int) -> RegisterLoad:
    """The newest file of the cycle, still here, with lines of both kinds."""
    job = queries.get_load(session, cycle_id, load_id)
    newest = queries.last_load(session, cycle_id)
    if newest is None or newest.id != job.id or job.state != "done":
        raise Conflict("register.newer_file")
    if not job.kept or job.way != "offered":
        raise Refusal("register.file_gone")
    if not job.sound or not job.set_aside:
        raise Refusal("register.nothing_sound")
    return job


SOUND = registry.register(
    "register.sound",
    label=N_("Load the right lines of a register, set the wrong ones aside"),
    may_propose=P.KEEP_REGISTER,
    may_approve=P.APPROVE,
    apply=_load,
)

__all__ = [
    "SOUND",
    "ask_for_load",
    "decide_sound_load",
    "demand_agreed",
    "open_set_aside",
    "propose_sound_load",
]
