"""Making cycles, moving their phases with four eyes, freezing their rules."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle, Phase, RuleBookRow
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature

EXTEND = "phase.extend"


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


def decide_extension(
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> Phase:
    """The second commissioner's word; approving moves the end and keeps the first one."""
    demand(by.actor, P.STEER_CYCLE)
    phase = session.get(Phase, request.payload["phase_id"], with_for_update=True)
    if phase is None:
        raise Missing("phase")
    ends_at = datetime.fromisoformat(request.payload["ends_at"])
    if approve:
        _check_extension(phase, ends_at, by.at)
    approvals.decide(session, by, request, approve=approve, reason=reason)
    if approve:
        phase.original_ends_at = phase.original_ends_at or phase.ends_at
        phase.ends_at = ends_at
        audit.record(
            session,
            by,
            "phase.extended",
            ("phase", phase.id),
            cycle_id=phase.cycle_id,
            reason=request.reason,
            ends_at=ends_at.isoformat(),
        )
    return phase


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
    row = cycle.rule_book
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
