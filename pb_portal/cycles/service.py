"""Making cycles, moving their phases with four eyes, freezing their rules."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.accounts.queries import get_person
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle, Phase, RuleBookRow
from pb_portal.db import Missing, database_now
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox

FREEZE_AHEAD = timedelta(hours=1)
"""How long before the vote opens its rules are frozen, so that they are public before it."""


def lock_phase(session: Session, cycle_id: int, kind: str) -> Phase | None:
    """Read a phase under a row lock, so that its end cannot move during the transaction.

    SQLite holds the whole write lock already.
    """
    return session.scalars(
        select(Phase)
        .where(Phase.cycle_id == cycle_id, Phase.kind == kind)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def hold_cycle(session: Session, cycle_id: int) -> None:
    """Let one act at a time go on about a cycle, until the transaction ends.

    The lock is one that foreign keys to the cycle do not wait for: a ballot on its way holds the
    phase and needs the cycle's key, so a full lock here and the phase's after it would deadlock.
    """
    session.execute(
        select(Cycle.id).where(Cycle.id == cycle_id).with_for_update(key_share=True)
    ).one()


def propose_extension(
    session: Session, by: Signature, phase: Phase, *, ends_at: datetime, reason: str
) -> ApprovalRequest:
    """A commissioner asks to move a phase's end later; a second one must approve.

    Refuses an end that is not later than the present one or lies in the past.
    """
    demand(by.actor, P.STEER_CYCLE)
    _check_extension(phase, ends_at, by.at)
    if not reason:
        raise Refusal("phase.reason_missing", field="reason")
    return approvals.propose(
        session,
        by,
        EXTEND,
        f"phase:{phase.id}",
        payload={"phase_id": phase.id, "ends_at": ends_at.isoformat()},
        reason=reason,
        cycle_id=phase.cycle_id,
    )


def get_extension(session: Session, request_id: int) -> ApprovalRequest:
    """The request to move a phase; raises `Missing`, also for requests of another kind."""
    request = approvals.get_request(session, request_id)
    if request.kind != EXTEND:
        raise Missing("extension")
    return request


def decide_extension(
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> Phase:
    """The second commissioner's word; approving moves the end and keeps the first one."""
    demand(by.actor, P.STEER_CYCLE)
    phase = _phase_of(session, request)
    four_eyes.decide(session, by, request, approve=approve, reason=reason)
    _tell_proposer(session, by, request, phase, reason)
    return phase


def _phase_of(session: Session, request: ApprovalRequest) -> Phase:
    phase = session.get(Phase, request.payload["phase_id"], with_for_update=True)
    if phase is None:
        raise Missing("phase")
    return phase


def _check(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    ends_at = datetime.fromisoformat(request.payload["ends_at"])
    # The count may have held the phase while this waited for it: ask the clock once more.
    _check_extension(_phase_of(session, request), ends_at, max(by.at, database_now(session)))


def _extend(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    phase = _phase_of(session, request)
    phase.original_ends_at = phase.original_ends_at or phase.ends_at
    phase.ends_at = datetime.fromisoformat(request.payload["ends_at"])
    audit.record(
        session,
        by,
        "phase.extended",
        ("phase", phase.id),
        cycle_id=phase.cycle_id,
        reason=request.reason,
        ends_at=phase.ends_at.isoformat(),
    )


EXTEND = registry.register(
    "phase.extend",
    label=N_("Extend a phase"),
    may_propose=P.STEER_CYCLE,
    may_approve=P.STEER_CYCLE,
    check=_check,
    apply=_extend,
    decline_reason="phase.decline_reason_missing",
)


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


def _check_extension(phase: Phase, ends_at: datetime, at: datetime) -> None:
    if phase.ends_at <= at:
        raise Refusal("phase.over", field="ends_at")
    if ends_at <= phase.ends_at:
        raise Refusal("phase.not_later", field="ends_at")


def write_rules(session: Session, cycle: Cycle, rules: RuleBook) -> RuleBookRow:
    """Store the rule book with a fresh lot: its commitment stands in the rules, its seed is kept
    back until the count. Refuses once frozen."""
    if cycle.rule_book is not None and cycle.rule_book.frozen_at is not None:
        raise Refusal("rules.frozen")
    seed = secrets.token_hex(32)
    content = rules.to_dict()
    content["lot_commitment"] = hashlib.sha256(bytes.fromhex(seed)).hexdigest()
    if cycle.rule_book is None:
        cycle.rule_book = RuleBookRow(content=content, lot_seed=seed)
    else:
        cycle.rule_book.content = content
        cycle.rule_book.lot_seed = seed
    session.flush()
    return cycle.rule_book


def freeze_rules(session: Session, by: Signature, cycle: Cycle) -> str:
    """Freeze and hash the rule book; returns the digest. Freezing again changes nothing."""
    demand(by.actor, P.STEER_CYCLE)
    row = session.get(RuleBookRow, cycle.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Missing("rule book")
    if row.frozen_at is None:
        row.digest = RuleBook.from_dict(row.content).digest()
        row.frozen_at = by.at
        audit.record(
            session, by, "rules.frozen", ("cycle", cycle.id), cycle_id=cycle.id, digest=row.digest
        )
        session.flush()
    return row.digest


def rules_frozen(session: Session, cycle_id: int) -> bool:
    """Whether the rule book is frozen, asked afresh: no ballot is taken before it is."""
    return (
        session.scalar(select(RuleBookRow.frozen_at).where(RuleBookRow.cycle_id == cycle_id))
        is not None
    )


def rules_due(session: Session, at: datetime) -> Sequence[Cycle]:
    """Cycles whose rules must be frozen: their vote opens within the hour or has opened."""
    return session.scalars(
        select(Cycle)
        .join(Phase, (Phase.cycle_id == Cycle.id) & (Phase.kind == PhaseKind.VOTING))
        .join(RuleBookRow, RuleBookRow.cycle_id == Cycle.id)
        .where(Phase.starts_at <= at + FREEZE_AHEAD, RuleBookRow.frozen_at.is_(None))
        .order_by(Cycle.id)
    ).all()


def freeze_due_rules(session: Session, by: Signature, at: datetime) -> list[str]:
    """Freeze every rule book that is due; returns the slugs. Doing it again changes nothing."""
    due = rules_due(session, at)
    for cycle in due:
        freeze_rules(session, by, cycle)
    return [cycle.slug for cycle in due]
