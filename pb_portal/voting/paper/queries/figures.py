"""What paper adds to a count. Every figure is sealed until the close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pb_portal.approvals import queries as approvals
from pb_portal.domain import roll
from pb_portal.domain.polling import UNDERWAY, BatchState
from pb_portal.voting import queries as voting
from pb_portal.voting.paper.models import Batch, HandedOut, PollingPoint

DIFFERENCE = "polling.difference"
SET_ASIDE = "polling.set_aside"
TAKE_BACK = "polling.take_back"


@dataclass(frozen=True)
class Sums:
    """Papers of a cycle: handed to people, found in accepted batches, and valid ones of these."""

    handed: int
    cast: int
    valid: int

    @property
    def gone(self) -> int:
        """Handed out and in no accepted batch; below zero there are invented papers."""
        return self.handed - self.cast


def underway(session: Session, cycle_id: int) -> Sequence[Batch]:
    """Batches that hold up the count, by number."""
    return session.scalars(
        select(Batch)
        .where(Batch.cycle_id == cycle_id, Batch.state.in_(sorted(UNDERWAY)))
        .order_by(Batch.number)
    ).all()


def accepted(session: Session, cycle_id: int) -> Sequence[Batch]:
    """Batches whose ballots lie in the box, by number."""
    return session.scalars(
        select(Batch)
        .where(Batch.cycle_id == cycle_id, Batch.state == BatchState.ACCEPTED)
        .options(joinedload(Batch.point))
        .order_by(Batch.number)
    ).all()


def sums(session: Session, cycle_id: int, at: datetime) -> Sums:
    """Papers handed out and found; sealed until the close like every figure."""
    handed = voting.turnout_by_channel(session, cycle_id, at).get("paper", 0)
    batches = accepted(session, cycle_id)
    cast = sum(batch.cast_count or 0 for batch in batches)
    return Sums(handed, cast, sum(batch.valid for batch in batches))


def handed_at(session: Session, point_ids: Sequence[int]) -> dict[int, int]:
    """Papers handed to people at each point, those taken back not counted."""
    rows = session.execute(
        select(HandedOut.point_id, func.sum(HandedOut.handed - HandedOut.taken_back))
        .where(HandedOut.point_id.in_(point_ids))
        .group_by(HandedOut.point_id)
    )
    return {point_id: int(people) for point_id, people in rows}


def figures_intact(roll_key: str, row: HandedOut) -> bool:
    """Whether the portal itself wrote these figures."""
    mac = roll.handed_mac(roll_key, row.point_id, row.on, row.handed, row.taken_back)
    return roll.same(row.mac, mac)


def counters_of(session: Session, cycle_id: int) -> Sequence[HandedOut]:
    """Every counter of a cycle, by point and day."""
    return session.scalars(
        select(HandedOut)
        .join(PollingPoint, PollingPoint.id == HandedOut.point_id)
        .where(PollingPoint.cycle_id == cycle_id)
        .order_by(HandedOut.point_id, HandedOut.on)
        .execution_options(populate_existing=True)
    ).all()


def is_explained(session: Session, cycle_id: int, found: Sums) -> bool:
    """Whether every paper handed out was found, or two people have explained just this gap."""
    if found.gone == 0:
        return True
    said = approvals.of_cycle(session, cycle_id, DIFFERENCE, "approved")
    now = {"handed": found.handed, "cast": found.cast}
    return found.gone > 0 and any(request.payload == now for request in said)


def paper_report(session: Session, cycle_id: int, at: datetime) -> dict[str, Any]:
    """All that a result tells of paper: totals, by point, and why batches were set aside.

    Empty where nobody was handed a paper and no batch was given out.
    """
    batches = accepted(session, cycle_id)
    aside = approvals.of_cycle(session, cycle_id, SET_ASIDE, "approved")
    found = sums(session, cycle_id, at)
    if not (batches or aside or found.handed):
        return {}
    totals: Counter[str] = Counter()
    for batch in batches:
        totals.update(_figures(batch))
    return {
        "handed": found.handed,
        **totals,
        "taken_back": len(approvals.of_cycle(session, cycle_id, TAKE_BACK, "approved")),
        "points": _by_point(session, cycle_id, batches),
        "set_aside": [one.reason for one in aside],
        "explained": [
            one.reason for one in approvals.of_cycle(session, cycle_id, DIFFERENCE, "approved")
        ],
    }


def _figures(batch: Batch) -> dict[str, int]:
    return {
        "issued": batch.size,
        "cast": batch.cast_count or 0,
        "valid": batch.valid,
        "invalid": batch.invalid,
        "spoiled": batch.spoiled or 0,
        "unused": batch.unused or 0,
        "missing": batch.missing or 0,
    }


def _by_point(session: Session, cycle_id: int, batches: Sequence[Batch]) -> list[dict[str, Any]]:
    points = session.scalars(
        select(PollingPoint).where(PollingPoint.cycle_id == cycle_id).order_by(PollingPoint.id)
    ).all()
    handed = handed_at(session, [point.id for point in points])
    lines = []
    for point in points:
        counted: Counter[str] = Counter()
        for batch in batches:
            if batch.point_id == point.id:
                counted.update(_figures(batch))
        people = handed.get(point.id, 0)
        if counted or people:
            lines.append({"point": point.id, "names": point.names, "handed": people, **counted})
    return lines
