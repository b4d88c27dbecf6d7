"""Batches of seals: what waits is closed on a fixed schedule, chained, signed and published.

A batch is made whether or not anything waits, and its root is keyed: the list of heads tells
nothing of how much was done, or when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pb_portal.db import database_now
from pb_portal.seals.keys import canonical
from pb_portal.seals.models import BATCH, RECORD, SealBatch
from pb_portal.seals.records import key_of
from pb_portal.signing import Signer

KIND = "acts"
FIRST = "0" * 64
"""What the first batch names as the head before it."""
MOST = 200_000
_CHUNK = 500


def find_newest(session: Session) -> SealBatch | None:
    """The last batch."""
    return session.scalars(select(SealBatch).order_by(SealBatch.number.desc()).limit(1)).first()


def find_before(session: Session, number: int | None, most: int) -> Sequence[SealBatch]:
    """At most so many batches up to a number (or the last one), the newest first."""
    query = select(SealBatch).order_by(SealBatch.number.desc()).limit(most)
    if number is not None:
        query = query.where(SealBatch.number <= number)
    return session.scalars(query).all()


def is_due(session: Session, every: timedelta) -> bool:
    """Whether the next batch is due by the database's clock."""
    last = find_newest(session)
    return last is None or database_now(session) - last.sealed_at >= every


def seal_waiting(session: Session, signer: Signer) -> int | None:
    """Close what waits into the next batch; None when another worker made that one meanwhile."""
    last = find_newest(session)
    number = last.number + 1 if last else 1
    connection = session.connection()
    marks = (
        connection.execute(
            select(RECORD.c.mark)
            .where(RECORD.c.batch.is_(None))
            .order_by(RECORD.c.mark)
            .limit(MOST)
        )
        .scalars()
        .all()
    )
    now = database_now(session).replace(microsecond=0)
    batch = SealBatch(
        number=number,
        root=key_of(connection).seal_batch(number, marks),
        previous=last.head if last else FIRST,
        sealed_at=max(now, last.sealed_at) if last else now,
        public_key=signer.public_key,
    )
    batch.head = head_of(batch)
    batch.signature = signer.sign(statement_of(batch))
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {column.key: getattr(batch, column.key) for column in BATCH.columns}
    made = connection.execute(
        kind.insert(BATCH)
        .values(values)
        .on_conflict_do_nothing(index_elements=["number"])
        .returning(BATCH.c.number)
    ).scalar_one_or_none()
    if made is None:
        return None
    for start in range(0, len(marks), _CHUNK):
        connection.execute(
            update(RECORD)
            .where(RECORD.c.batch.is_(None), RECORD.c.mark.in_(marks[start : start + _CHUNK]))
            .values(batch=number)
        )
    return number


def say_batch(batch: SealBatch) -> dict[str, Any]:
    """What a head says, without its signature."""
    return {
        "at": batch.sealed_at.isoformat(),
        "kind": KIND,
        "number": batch.number,
        "previous": batch.previous,
        "root": batch.root,
    }


def head_of(batch: SealBatch) -> str:
    """The hash that the next batch names."""
    return hashlib.sha256(canonical(say_batch(batch))).hexdigest()


def statement_of(batch: SealBatch) -> bytes:
    """The bytes a head's signature stands under."""
    return canonical({**say_batch(batch), "head": batch.head})
