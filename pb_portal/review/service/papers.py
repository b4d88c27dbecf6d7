"""Many papers from one list: tried first, then entered together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.service import Entered, Paper, enter_paper
from pb_portal.review.models import Batch
from pb_portal.review.service.bulk import Wrong, close_batch

Numbered = Sequence[tuple[int, Paper]]
"""Papers with the row of the list each begins at."""


def try_papers(
    session: Session, by: Signature, cycle: Cycle, papers: Numbered, zone: ZoneInfo
) -> list[Wrong]:
    """What would be refused if the papers were entered; nothing of it stays."""
    trial = session.begin_nested()
    try:
        return _enter_all(session, by, cycle.id, papers, zone)[1]
    finally:
        trial.rollback()


def apply_papers(
    session: Session, by: Signature, batch: Batch, papers: Numbered, zone: ZoneInfo
) -> tuple[list[Entered], list[Wrong]]:
    """Enter every paper of the list. With anything refused none is entered at all."""
    demand(by.actor, P.KEEP_REGISTER)
    assert batch.cycle_id is not None
    trial = session.begin_nested()
    entered, wrong = _enter_all(session, by, batch.cycle_id, papers, zone)
    if wrong:
        trial.rollback()
        return [], wrong
    trial.commit()
    close_batch(session, by, batch)
    return entered, []


def _enter_all(
    session: Session, by: Signature, cycle_id: int, papers: Numbered, zone: ZoneInfo
) -> tuple[list[Entered], list[Wrong]]:
    entered, wrong = [], []
    for row, paper in papers:
        try:
            with session.begin_nested():
                cycle = session.get_one(Cycle, cycle_id)
                entered.append(enter_paper(session, by, cycle, paper, zone))
        except Refusal as refusal:
            wrong.append(Wrong(row, refusal))
    return entered, wrong
