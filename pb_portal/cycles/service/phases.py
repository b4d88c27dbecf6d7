"""Moving the ends of phases, by two people: later, or back while the change does not bind yet.

A request names every date it changes. It is carried out only while the calendar is still the one
that both people saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.accounts.queries import get_person
from pb_portal.approvals import queries as requests
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Phase
from pb_portal.db import Missing, database_now
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phase_calendar import Following, Limits, Move, days_between, plan_end
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox


def propose_extension(
    session: Session,
    by: Signature,
    phase: Phase,
    *,
    ends_at: datetime,
    reason: str,
    following: Following = Following.MOVE,
    confirmed_days: int | None = None,
    limits: Limits | None = None,
) -> ApprovalRequest:
    """A commissioner asks to move a phase's end later; a second one must approve.

    Refuses an end that is not later than the present one or lies in the past, more days than one
    extension may add, and many days unless `confirmed_days` says how many they are.
    """
    demand(by.actor, P.STEER_CYCLE)
    limits = limits or Limits()
    days = _check_later(phase, ends_at, by.at)
    if days > limits.most:
        raise Refusal("phase.too_long", field="ends_at", days=days, most=limits.most)
    if days > limits.ask_above and confirmed_days != days:
        raise Refusal("phase.confirm_days", field="confirmed_days", days=days)
    return _propose(
        session, by, EXTEND, phase, ends_at, reason, following, many=days > limits.ask_above
    )


def propose_shortening(
    session: Session,
    by: Signature,
    phase: Phase,
    *,
    ends_at: datetime,
    reason: str,
    following: Following = Following.MOVE,
) -> ApprovalRequest:
    """A commissioner asks to take an extension back, or to shorten a phase that has not begun.

    Refuses (`phase.announced`) to end a phase that runs before what was announced.
    """
    demand(by.actor, P.STEER_CYCLE)
    _check_earlier(session, phase, ends_at, by.at)
    return _propose(session, by, SHORTEN, phase, ends_at, reason, following)


def _propose(
    session: Session,
    by: Signature,
    kind: str,
    phase: Phase,
    ends_at: datetime,
    reason: str,
    following: Following,
    *,
    many: bool = False,
) -> ApprovalRequest:
    if not reason:
        raise Refusal("phase.reason_missing", field="reason")
    moves = plan_change(phase, ends_at, by.at, following)
    return approvals.propose(
        session,
        by,
        kind,
        f"phase:{phase.id}",
        payload={
            "phase_id": phase.id,
            "ends_at": ends_at.isoformat(),
            "was": phase.ends_at.isoformat(),
            "following": following.value,
            "many": many,
            "moves": [_as_json(move) for move in moves],
        },
        reason=reason,
        cycle_id=phase.cycle_id,
    )


def plan_change(
    phase: Phase, ends_at: datetime, at: datetime, following: Following = Following.MOVE
) -> list[Move]:
    """Every phase of the cycle whose dates change when this one ends at another moment."""
    return plan_end(phase.cycle.phases, phase.kind, ends_at, at, following)


def _as_json(move: Move) -> dict[str, str]:
    return {
        "kind": move.before.kind,
        "was_starts_at": move.before.starts_at.isoformat(),
        "was_ends_at": move.before.ends_at.isoformat(),
        "starts_at": move.after.starts_at.isoformat(),
        "ends_at": move.after.ends_at.isoformat(),
    }


def _check_later(phase: Phase, ends_at: datetime, at: datetime) -> int:
    if phase.ends_at <= at:
        raise Refusal("phase.over", field="ends_at")
    if ends_at <= phase.ends_at:
        raise Refusal("phase.not_later", field="ends_at")
    return days_between(phase.ends_at, ends_at)


def _check_earlier(session: Session, phase: Phase, ends_at: datetime, at: datetime) -> None:
    if phase.ends_at <= at:
        raise Refusal("phase.over", field="ends_at")
    if ends_at >= phase.ends_at:
        raise Refusal("phase.not_earlier", field="ends_at")
    if ends_at <= max(at, phase.starts_at):
        raise Refusal("phase.too_early", field="ends_at")
    if ends_at < shortest_end(session, phase, at):
        raise Refusal("phase.announced", field="ends_at")


def shortest_end(session: Session, phase: Phase, at: datetime) -> datetime:
    """The earliest end the phase may be given now.

    Before it begins, just after its start. While it runs, the end it had before an extension that
    was granted since it began, if that moment has not passed; otherwise the present end.
    """
    if at < phase.starts_at:
        return phase.starts_at
    granted = requests.of_cycle(session, phase.cycle_id, EXTEND, "approved")
    former = [
        datetime.fromisoformat(request.payload["was"])
        for request in granted
        if request.payload.get("phase_id") == phase.id
        and request.decided_at is not None
        and request.decided_at >= phase.starts_at
    ]
    return min((end for end in former if end > at), default=phase.ends_at)


def get_change(session: Session, request_id: int) -> ApprovalRequest:
    """The request to move a phase's end; raises `Missing`, also for requests of another kind."""
    request = approvals.get_request(session, request_id)
    if request.kind not in CALENDAR_KINDS:
        raise Missing("extension")
    return request


get_extension = get_change


def decide_change(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    *,
    approve: bool,
    reason: str = "",
    confirmed_days: int | None = None,
) -> Phase:
    """The second commissioner's word; approving moves every date the request names and keeps the
    ends first published. Of an extension by many days the second person says the number too."""
    demand(by.actor, P.STEER_CYCLE)
    phase = _lock_phases(session, request)
    four_eyes.decide(session, by, request, approve=approve, reason=reason, context=confirmed_days)
    _tell_proposer(session, by, request, phase, reason)
    return phase


decide_extension = decide_change


def _lock_phases(session: Session, request: ApprovalRequest) -> Phase:
    phases = session.scalars(
        select(Phase)
        .where(Phase.cycle_id == request.cycle_id)
        .order_by(Phase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    phase = next((one for one in phases if one.id == request.payload["phase_id"]), None)
    if phase is None:
        raise Missing("phase")
    return phase


def _check(
    session: Session, by: Signature, request: ApprovalRequest, confirmed_days: int | None
) -> None:
    phase = _lock_phases(session, request)
    ends_at = datetime.fromisoformat(request.payload["ends_at"])
    # The count may have held the phase while this waited for it: ask the clock once more.
    at = max(by.at, database_now(session))
    if request.kind == EXTEND:
        days = _check_later(phase, ends_at, at)
        if request.payload["many"] and confirmed_days != days:
            raise Refusal("phase.confirm_days", field="confirmed_days", days=days)
    else:
        _check_earlier(session, phase, ends_at, at)
    following = Following(request.payload["following"])
    moves = [_as_json(move) for move in plan_change(phase, ends_at, at, following)]
    if moves != request.payload["moves"]:
        raise Conflict("phase.calendar_changed")


def _carry_out(
    session: Session, by: Signature, request: ApprovalRequest, _context: int | None
) -> None:
    phase = _lock_phases(session, request)
    by_kind = {one.kind: one for one in phase.cycle.phases}
    for dates in request.payload["moves"]:
        moved = by_kind[dates["kind"]]
        ends_at = datetime.fromisoformat(dates["ends_at"])
        if ends_at != moved.ends_at:
            first = moved.original_ends_at or moved.ends_at
            moved.original_ends_at = None if first == ends_at else first
        moved.starts_at, moved.ends_at = datetime.fromisoformat(dates["starts_at"]), ends_at
        audit.record(
            session,
            by,
            ACTION[request.kind] if moved is phase else "phase.moved",
            ("phase", moved.id),
            cycle_id=phase.cycle_id,
            reason=request.reason,
            **{name: value for name, value in dates.items() if name != "kind"},
        )
    session.flush()


def _tell_proposer(
    session: Session, by: Signature, request: ApprovalRequest, phase: Phase, reason: str
) -> None:
    proposer = get_person(session, request.proposed_by)
    outbox.post(
        session,
        by,
        "extension_decided",
        recipient=proposer.email,
        locale=proposer.locale,
        name=proposer.name,
        approved=request.state == "approved",
        phase=phase.kind,
        cycle=phase.cycle.names,
        ends_at=request.payload["ends_at"],
        reason=reason,
        path=f"/c/{phase.cycle.slug}",
    )


EXTEND = registry.register(
    "phase.extend",
    label=N_("Extend a phase"),
    may_propose=P.STEER_CYCLE,
    may_approve=P.STEER_CYCLE,
    check=_check,
    apply=_carry_out,
    decline_reason="phase.decline_reason_missing",
)
SHORTEN = registry.register(
    "phase.shorten",
    label=N_("Shorten a phase"),
    may_propose=P.STEER_CYCLE,
    may_approve=P.STEER_CYCLE,
    check=_check,
    apply=_carry_out,
    decline_reason="phase.decline_reason_missing",
)
CALENDAR_KINDS: Sequence[str] = (EXTEND, SHORTEN)
"""Kinds of requests that move a phase's end."""
ACTION = {EXTEND: "phase.extended", SHORTEN: "phase.shortened"}
