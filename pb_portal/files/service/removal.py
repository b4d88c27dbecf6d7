"""Removing files nobody refers to: first the row, then, once that is committed, the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Column, and_, delete, exists, select
from sqlalchemy.orm import Session

from pb_portal.db import Base
from pb_portal.files.models import StoredFile
from pb_portal.files.service.names import all_names, is_torn, possible_keys
from pb_portal.files.storage import Storage, StoreDown
from pb_portal.seals.service import delete_rows

KEPT = timedelta(days=1)
BATCH = 200


def references() -> list[Column[int]]:
    """Every column of every room that refers to a stored file."""
    return [
        key.parent
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table is StoredFile.__table__
    ]


def forget_unreferred(session: Session, at: datetime) -> list[str]:
    """Delete rows no table has referred to for a day; returns the names of their objects, to be
    removed from the store after the commit."""
    nobody = and_(*(~exists().where(column == StoredFile.id) for column in references()))
    rows = session.scalars(
        select(StoredFile)
        .where(StoredFile.created_at < at - KEPT, nobody)
        .order_by(StoredFile.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    names = [name for row in rows for name in all_names(row)]
    if rows:
        gone = delete(StoredFile).where(StoredFile.id.in_([row.id for row in rows]))
        delete_rows(session, gone, "no page refers to it")
    return names


def remove(store: Storage, names: Sequence[str]) -> int:
    """Remove objects; returns how many went. What a store that is down keeps is swept later."""
    gone = 0
    for name in names:
        try:
            store.delete(name)
        except (StoreDown, OSError):
            break
        gone += 1
    return gone


def orphans(session: Session, store: Storage, at: datetime) -> Iterator[str]:
    """Names of objects, a day old or more, whose file has no row (a crash before its commit).

    The database is asked for every key a name could stand for: one of them known, and the object
    stays. A name the portal would not have given is nobody's business here.
    """
    old = (name for name, made in store.names() if made < at - KEPT)
    while batch := list(islice(old, BATCH)):
        keys = {name: possible_keys(name) for name in batch}
        asked = set().union(*keys.values())
        known = set(session.scalars(select(StoredFile.key).where(StoredFile.key.in_(asked))))
        yield from (
            name for name in batch if is_torn(name) or (keys[name] and not keys[name] & known)
        )
