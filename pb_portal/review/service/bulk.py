"""Many decisions from one list: tried first, then applied together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.review import queries
from pb_portal.review.models import Batch
from pb_portal.review.service.finding import TO_TAKE, Finding, record_finding, take
from pb_portal.seals.service import change_rows

KEPT = timedelta(days=1)
"""How long a list that was read waits for `apply`."""


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row of the list."""

    row: int
    refusal: Refusal


def try_findings(session: Session, by: Signature, rows: Sequence[Mapping[str, Any]]) -> list[Wrong]:
    """What would be refused if the rows were applied; nothing of it stays."""
    trial = session.begin_nested()
    try:
        return _record_all(session, by, rows)
    finally:
        trial.rollback()


def keep_batch(
    session: Session,
    by: Signature,
    kind: str,
    rows: Sequence[dict[str, Any]],
    cycle_id: int | None = None,
) -> Batch:
    """Keep a list that was tried, until its person applies it."""
    assert by.actor.person_id is not None
    batch = Batch(
        kind=kind, cycle_id=cycle_id, person_id=by.actor.person_id, at=by.at, rows=list(rows)
    )
    session.add(batch)
    session.flush()
    return batch


def get_batch(session: Session, by: Signature, batch_id: int, kind: str) -> Batch:
    """A list that waits for its own person; raises `Missing`, for one applied before too."""
    batch = session.get(Batch, batch_id, with_for_update={"of": Batch})
    waits = batch is not None and batch.applied_at is None and batch.at > by.at - KEPT
    if not waits or batch is None or (batch.kind, batch.person_id) != (kind, by.actor.person_id):
        raise Missing("batch")
    return batch


def apply_findings(session: Session, by: Signature, batch: Batch) -> list[Wrong]:
    """Record every finding of the list. With anything refused nothing is recorded at all."""
    demand(by.actor, P.REVIEW)
    trial = session.begin_nested()
    wrong = _record_all(session, by, batch.rows)
    if wrong:
        trial.rollback()
        return wrong
    trial.commit()
    close_batch(session, by, batch)
    return []


def close_batch(session: Session, by: Signature, batch: Batch) -> None:
    """It was applied; what it held is not needed any more."""
    number = len(batch.rows)
    batch.applied_at, batch.rows = by.at, []
    audit.record(
        session,
        by,
        f"batch.{batch.kind}",
        ("batch", batch.id),
        cycle_id=batch.cycle_id,
        rows=number,
    )


def forget_batches(session: Session, at: datetime) -> None:
    """Empty the lists nobody applied."""
    change_rows(
        session,
        update(Batch)
        .where(Batch.at < at - KEPT, Batch.applied_at.is_(None), Batch.rows != [])
        .values(rows=[]),
    )


def _record_all(session: Session, by: Signature, rows: Sequence[Mapping[str, Any]]) -> list[Wrong]:
    wrong = []
    for row in rows:
        try:
            with session.begin_nested():
                _record(session, by, row)
        except Refusal as refusal:
            wrong.append(Wrong(row["row"], refusal))
        except (Missing, Forbidden):
            wrong.append(Wrong(row["row"], Refusal("batch.no_file")))
    return wrong


def _record(session: Session, by: Signature, row: Mapping[str, Any]) -> None:
    """One finding; a file that is nobody's yet is taken first."""
    proposal, version = queries.get_file(session, row["file"]), row["version"]
    free = proposal.status == ProposalState.IN_REVIEW and proposal.reviewer_id is None
    if proposal.status in TO_TAKE or free:
        version = take(session, by, proposal.id, version=version).version
    finding = Finding(
        recommends=row["recommends"],
        checklist=row["checklist"],
        reviewed_cost=row["reviewed_cost"],
        remark=row["remark"],
        grounds=tuple(row["grounds"]),
    )
    record_finding(session, by, proposal.id, finding, version=version)
