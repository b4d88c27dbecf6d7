"""The batch comes back: what became of each of its ballots."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.polling import KEYED_IN, BatchState, Equation
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.voting.paper.models import Batch
from pb_portal.voting.paper.service.printing import log, move

MISSING = "polling.missing"


def give_back(
    session: Session, by: Signature, batch: Batch, equation: Equation, *, reason: str = ""
) -> None:
    """Take a batch in: issued = cast + spoiled + unused, and what is missing has a reason that a
    second person must agree to."""
    demand(by.actor, P.KEY_PAPER, area_id=batch.point.area_id)
    move(batch, "give_back")
    _write(session, by, batch, equation, reason)
    log(session, by, batch, "polling.batch_returned")


def correct_equation(
    session: Session, by: Signature, batch: Batch, equation: Equation, *, reason: str = ""
) -> None:
    """Replace a wrong equation before the batch is agreed on; the former one stays in its log."""
    demand(by.actor, P.KEY_PAPER, area_id=batch.point.area_id)
    if batch.state not in (*KEYED_IN, BatchState.KEYED_TWICE) or batch.equation is None:
        raise Conflict("polling.batch_moved", state=batch.state)
    if approvals.find_open(session, MISSING, subject_of(batch)) is not None:
        raise Conflict("polling.missing_waits")
    former = {
        **asdict(batch.equation),
        "at": by.at.isoformat(timespec="minutes"),
        "by": by.actor.person_id,
    }
    _write(session, by, batch, equation, reason)
    batch.corrections = [*batch.corrections, former]
    log(session, by, batch, "polling.batch_corrected")


def subject_of(batch: Batch) -> str:
    """How requests name the batch."""
    return f"paper_batch:{batch.id}"


def _write(session: Session, by: Signature, batch: Batch, equation: Equation, reason: str) -> None:
    equation.check(batch.size)
    if equation.missing and not reason:
        raise Refusal("polling.missing_reason", field="reason")
    batch.cast_count, batch.spoiled = equation.cast, equation.spoiled
    batch.unused, batch.missing = equation.unused, equation.missing
    batch.missing_reason = reason if equation.missing else ""
    batch.returned_by, batch.returned_at = by.actor.person_id, by.at
    batch.missing_agreed_by = None
    session.flush()
    if equation.missing:
        approvals.propose(
            session,
            by,
            MISSING,
            subject_of(batch),
            payload={"batch": batch.id},
            reason=reason,
            cycle_id=batch.cycle_id,
        )
