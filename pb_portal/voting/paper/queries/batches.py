"""Reading batches and what was typed of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.db import Missing
from pb_portal.domain.polling import Marks, Verdict
from pb_portal.domain.refusal import Conflict
from pb_portal.voting.paper.models import Batch, Keyer, Keying, PollingPoint, Scan

Reading = dict[int, Marks]
"""Marks by the number of the ballot."""


@dataclass(frozen=True)
class Difference:
    """A ballot that two people read differently, or that only one of them found."""

    serial: int
    first: Marks | None
    second: Marks | None
    third: Marks | None


def get_batch(session: Session, batch_id: int) -> Batch:
    """The batch with its point and keyers; raises `Missing`."""
    found = session.scalars(
        select(Batch)
        .where(Batch.id == batch_id)
        .options(
            joinedload(Batch.point).options(
                joinedload(PollingPoint.area), selectinload(PollingPoint.in_charge)
            ),
            joinedload(Batch.cycle),
            selectinload(Batch.keyers),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Missing("batch")
    return found


def lock_batch(session: Session, batch_id: int, *, version: int | None = None) -> Batch:
    """The batch, under a row lock; with the `version` a person saw, a changed one is a conflict."""
    if session.get(Batch, batch_id, with_for_update=True, populate_existing=True) is None:
        raise Missing("batch")
    batch = get_batch(session, batch_id)
    if version is not None and batch.version != version:
        raise Conflict("polling.batch_moved", state=batch.state)
    return batch


def batches_of(session: Session, cycle_id: int) -> Sequence[Batch]:
    """Batches of a cycle by number, with their points."""
    return session.scalars(
        select(Batch)
        .where(Batch.cycle_id == cycle_id)
        .options(joinedload(Batch.point).joinedload(PollingPoint.area), selectinload(Batch.keyers))
        .order_by(Batch.number)
    ).all()


def works_on(batch: Batch, person_id: int | None) -> bool:
    """Whether the person gave the batch out, took it in, or typed it: others see no figure."""
    people = {batch.issued_by, batch.received_by, batch.returned_by}
    people |= {keyer.person_id for keyer in batch.keyers}
    return person_id is not None and person_id in people


def find_keyer(batch: Batch, person_id: int | None) -> Keyer | None:
    """The round this person types."""
    return next((one for one in batch.keyers if one.person_id == person_id), None)


def reading(session: Session, batch_id: int, round_: int) -> Reading:
    """Every ballot as one person last read it."""
    rows = session.execute(
        select(Keying.serial, Keying.verdict, Keying.choices, Keying.points)
        .where(Keying.batch_id == batch_id, Keying.round == round_)
        .order_by(Keying.serial, Keying.revision)
    )
    return {
        serial: Marks(Verdict(verdict), tuple(choices), tuple(points))
        for serial, verdict, choices, points in rows
    }


def find_sheet(session: Session, batch_id: int, round_: int, serial: int) -> Keying | None:
    """The newest reading of one ballot by one person."""
    return session.scalars(
        select(Keying)
        .where(Keying.batch_id == batch_id, Keying.round == round_, Keying.serial == serial)
        .order_by(Keying.revision.desc())
        .limit(1)
    ).first()


def newest(session: Session, batch_id: int, round_: int, limit: int = 5) -> Sequence[Keying]:
    """What one person typed last."""
    return session.scalars(
        select(Keying)
        .where(Keying.batch_id == batch_id, Keying.round == round_)
        .order_by(Keying.at.desc(), Keying.serial)
        .limit(limit)
    ).all()


def typed_count(session: Session, batch_id: int, round_: int) -> int:
    """How many ballots one person has typed."""
    count = select(func.count(Keying.serial.distinct()))
    return session.scalar(count.where(Keying.batch_id == batch_id, Keying.round == round_)) or 0


def corrected(session: Session, batch_id: int) -> Sequence[Keying]:
    """Readings that were replaced or replace others: the log of corrections."""
    again = (
        select(Keying.round, Keying.serial)
        .where(Keying.batch_id == batch_id, Keying.revision > 1)
        .distinct()
        .subquery()
    )
    return session.scalars(
        select(Keying)
        .join(again, (Keying.round == again.c.round) & (Keying.serial == again.c.serial))
        .where(Keying.batch_id == batch_id)
        .order_by(Keying.serial, Keying.round, Keying.revision)
    ).all()


def differences(session: Session, batch_id: int) -> list[Difference]:
    """Ballots the first two people read differently, with the third's word where there is one."""
    first, second = reading(session, batch_id, 1), reading(session, batch_id, 2)
    third = reading(session, batch_id, 3)
    return [
        Difference(serial, first.get(serial), second.get(serial), third.get(serial))
        for serial in sorted(first.keys() | second.keys())
        if first.get(serial) != second.get(serial)
    ]


def final_marks(session: Session, batch_id: int) -> Reading:
    """What the batch holds: where two differed the third decides; absent ballots are left out."""
    read = reading(session, batch_id, 1)
    for one in differences(session, batch_id):
        read.pop(one.serial, None)
        if one.third is not None and one.third.verdict != Verdict.ABSENT:
            read[one.serial] = one.third
    return read


def get_scan(session: Session, batch: Batch, scan_id: int) -> Scan:
    """A scan of this very batch; raises `Missing`."""
    found = session.get(Scan, scan_id)
    if found is None or found.batch_id != batch.id:
        raise Missing("scan")
    return found
