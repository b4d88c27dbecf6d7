"""Writing and freezing the rule book of a cycle."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle, Phase, RuleBookRow
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature

FREEZE_AHEAD = timedelta(hours=1)
"""How long before the vote opens its rules are frozen, so that they are public before it."""


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
            session,
            by,
            "rules.frozen",
            ("cycle", cycle.id),
            cycle_id=cycle.id,
            digest=row.digest,
            phases={phase.kind: _dates(phase) for phase in cycle.phases},
        )
        session.flush()
    return row.digest


def _dates(phase: Phase) -> list[str]:
    return [moment.astimezone(UTC).isoformat() for moment in (phase.starts_at, phase.ends_at)]


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
