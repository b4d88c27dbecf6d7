"""Signed heads of the ballot box: what it held at the close, so that no ballot changes unseen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import Signature
from pb_portal.signing import Signer, holds
from pb_portal.tally.bundle import canonical
from pb_portal.voting import queries
from pb_portal.voting.models import LedgerHead


def statement(slug: str, size: int, root: str, signed_at: datetime) -> bytes:
    """The bytes that are signed: what a head says, in the one spelling of JSON of the bundle."""
    return canonical(told(slug, size, root, signed_at))


def told(slug: str, size: int, root: str, signed_at: datetime) -> dict[str, Any]:
    """What a head says."""
    return {"at": signed_at.isoformat(), "cycle": slug, "root": root, "size": size}


def seal(session: Session, by: Signature, cycle: Cycle, signer: Signer) -> LedgerHead:
    """Sign the head of the box as it lies now. Refuses (`voting.still_open`) before the close.

    A box that did not change keeps the head it has.
    """
    now = database_now(session)
    box = queries.ledger_root(session, cycle.id, now)
    last = newest(session, cycle.id)
    if last is not None and (last.root, last.size) == (box.root, box.leaves):
        return last
    at = now.replace(microsecond=0)
    head = LedgerHead(
        cycle_id=cycle.id,
        number=last.number + 1 if last else 1,
        size=box.leaves,
        root=box.root,
        signed_at=at,
        public_key=signer.public_key,
        signature=signer.sign(statement(cycle.slug, box.leaves, box.root, at)),
    )
    session.add(head)
    audit.record(
        session, by, "ledger.sealed", ("cycle", cycle.id), cycle_id=cycle.id, root=box.root
    )
    session.flush()
    return head


def due(session: Session, at: datetime) -> Sequence[Cycle]:
    """Cycles whose vote is over and whose box has no head yet."""
    sealed = exists().where(LedgerHead.cycle_id == Cycle.id)
    return session.scalars(
        select(Cycle)
        .join(Phase, (Phase.cycle_id == Cycle.id) & (Phase.kind == PhaseKind.VOTING))
        .where(Phase.ends_at <= at, ~Cycle.is_imported, ~sealed)
        .order_by(Cycle.id)
    ).all()


def newest(session: Session, cycle_id: int) -> LedgerHead | None:
    """The last head of a box."""
    return session.scalars(
        select(LedgerHead)
        .where(LedgerHead.cycle_id == cycle_id)
        .order_by(LedgerHead.number.desc())
        .limit(1)
    ).first()


def of_cycle(session: Session, cycle_id: int) -> Sequence[LedgerHead]:
    """Every head of a box, the first one first. For pages: only after certification."""
    return session.scalars(
        select(LedgerHead).where(LedgerHead.cycle_id == cycle_id).order_by(LedgerHead.number)
    ).all()


def kept(head: LedgerHead, slug: str) -> bool:
    """Whether the signature of a head holds."""
    message = statement(slug, head.size, head.root, head.signed_at)
    return holds(head.public_key, message, head.signature)
