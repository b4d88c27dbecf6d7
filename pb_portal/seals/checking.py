"""Opening every seal again: rows against records, records against batches, batches as a chain.

It says where something is not as it was written, and never how many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Table, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pb_portal.db import Base
from pb_portal.seals import batches
from pb_portal.seals.keys import Mark, SealKey
from pb_portal.seals.models import RECORD, SHAPE, SealBatch, SealRecord
from pb_portal.seals.records import Key, iter_rows, key_of
from pb_portal.seals.registry import EXEMPT_TABLES, LEDGER, ROLL, is_sealed, sealed_columns
from pb_portal.signing import holds

_NAMED = 12
_AGAIN = 3


class Last(NamedTuple):
    """The newest record of a row."""

    revision: int
    deleted: bool
    contents: bytes


def sealed_tables() -> list[Table]:
    """Every sealed table, by name."""
    tables = Base.metadata.tables
    return [tables[name] for name in sorted(tables) if is_sealed(name)]


def find_broken_rows(session: Session) -> Iterator[str]:
    """Rows that are not what was sealed, that were never sealed, or that are gone."""
    connection = session.connection()
    key = key_of(connection)
    yield from _broken_shapes(session)
    yield from _find_orphans(session)
    known = set()
    for table in sealed_tables():
        known.add(table.name)
        yield from _broken_in(session, table, key)
    for name in session.scalars(select(SealRecord.table_name).distinct()):
        if name not in known:
            last, wrong = _newest(session, name, key)
            yield from wrong
            if not all(record.deleted for record in last.values()):
                yield f"{name}: it has seals, and is no sealed table"


def _find_orphans(session: Session) -> Iterator[str]:
    """Rows that belong to no vote, so that the look at no vote's ledger or roll meets them."""
    for name in sorted(EXEMPT_TABLES):
        table = Base.metadata.tables[name]
        for key in table.foreign_keys if EXEMPT_TABLES[name] in (LEDGER, ROLL) else ():
            there = exists().where(key.column == key.parent)
            lost = select(exists().where(key.parent.is_not(None), ~there.correlate(table)))
            if session.connection().execute(lost).scalar():
                yield f"{name}: a row refers to nothing ({key.parent.name})"


def _broken_shapes(session: Session) -> Iterator[str]:
    rows = session.connection().execute(select(SHAPE.c.table_name, SHAPE.c.columns))
    shapes = {name: columns for name, columns in rows}
    for table in sealed_tables() if shapes else ():
        if shapes.pop(table.name, None) != [column.name for column in sealed_columns(table)]:
            yield f"{table.name}: its seals cover other columns; run “flask db upgrade”"
    for name in shapes:
        yield f"{name}: its seals cover columns of no sealed table"


def _broken_in(session: Session, table: Table, key: SealKey) -> Iterator[str]:
    suspects = list(_suspects(session, table, key))
    for name, what in suspects:
        # On PostgreSQL each statement sees its own moment: what was written meanwhile agrees now.
        if name is None or _still(session, table, key, name):
            yield what


def _suspects(
    session: Session, table: Table, key: SealKey
) -> Iterator[tuple[tuple[str, Key | None] | None, str]]:
    last, wrong = _newest(session, table.name, key)
    yield from ((None, what) for what in wrong)
    try:
        for primary, row in iter_rows(session.connection(), table, sealed_columns(table)):
            name = key.name_row(table.name, primary)
            record = last.pop(name, None)
            if record is None:
                yield (name, primary), f"{_place(table.name, name)}: it was never sealed"
            elif record.contents != key.seal_row(table.name, name, row):
                yield (name, primary), f"{_place(table.name, name)}: it is not what was sealed"
    except (SQLAlchemyError, ValueError, TypeError, KeyError, AttributeError) as error:
        yield None, f"{table.name}: a row cannot be read ({type(error).__name__})"
        return
    for name, record in last.items():
        if not record.deleted:
            yield (name, None), f"{_place(table.name, name)}: it is gone without a tombstone"


def _still(session: Session, table: Table, key: SealKey, name: tuple[str, Key | None]) -> bool:
    """Whether one row and its record still differ when they are read again."""
    row_key, primary = name
    for _ in range(_AGAIN):
        last, _wrong = _newest(session, table.name, key, row_key)
        record = last.get(row_key)
        rows: list[Any] = []
        if primary is not None:
            where = (
                column == value
                for column, value in zip(table.primary_key.columns, primary, strict=True)
            )
            found = iter_rows(session.connection(), table, sealed_columns(table), *where)
            rows = [row for _, row in found]
        contents = key.seal_row(table.name, row_key, rows[0]) if rows else b""
        if record is not None and record.contents == contents:
            return False
        if primary is None and record is None:
            return False
    return True


def _newest(
    session: Session, table: str, key: SealKey, row_key: str = ""
) -> tuple[dict[str, Last], list[str]]:
    """The newest record of each row of a table, and what is wrong with its records."""
    query = select(
        RECORD.c.row_key,
        RECORD.c.revision,
        RECORD.c.deleted,
        RECORD.c.reason,
        RECORD.c.contents,
        RECORD.c.mark,
    ).where(RECORD.c.table_name == table)
    if row_key:
        query = query.where(RECORD.c.row_key == row_key)
    query = query.order_by(RECORD.c.row_key, RECORD.c.revision)
    found: dict[str, Last] = {}
    wrong: list[str] = []
    rows = session.connection().execute(query.execution_options(yield_per=5000))
    for name, revision, deleted, reason, contents, mark in rows:
        if key.seal_record(Mark(table, name, revision, deleted, reason, contents)) != mark:
            wrong.append(f"{_place(table, name)}: its record {revision} was not made by the portal")
        if revision != (found[name].revision + 1 if name in found else 1):
            wrong.append(f"{_place(table, name)}: a record before {revision} is missing")
        found[name] = Last(revision, deleted, contents)
    return found, wrong


def _place(table: str, name: str) -> str:
    return f"{table} {name[:_NAMED]}"


def find_broken_batches(session: Session, public_key: str) -> Iterator[str]:
    """Where computing the chain of batches again does not give what is stored."""
    roots = _roots(session)
    previous, before = batches.FIRST, None
    number = 0
    rows = select(SealBatch).order_by(SealBatch.number).execution_options(populate_existing=True)
    for batch in session.scalars(rows):
        number += 1
        if batch.number != number:
            yield f"batch of seals {number} is missing"
            number = batch.number
        root = roots.pop(number, "") or _empty(session, number)
        for what in _wrong(batch, root, previous):
            yield f"batch of seals {number}: {what}"
        if batch.public_key != public_key:
            yield f"batch of seals {number}: it is signed with another key"
        if before is not None and batch.sealed_at < before:
            yield f"batch of seals {number}: it is older than the one before it"
        previous, before = batch.head, batch.sealed_at
    for lost in sorted(roots):
        yield f"batch of seals {lost} is missing"


def _wrong(batch: SealBatch, root: str, previous: str) -> Iterator[str]:
    if batch.root != root:
        yield "its root is not that of its records"
    if batch.previous != previous:
        yield "it does not name the head before it"
    if batch.head != batches.head_of(batch):
        yield "its head is not that of what it says"
    if not holds(batch.public_key, batches.statement_of(batch), batch.signature):
        yield "its signature does not hold"


def _empty(session: Session, number: int) -> str:
    return key_of(session.connection()).seal_batch(number, ())


def _roots(session: Session) -> dict[int, str]:
    """The root of each batch as its records give it."""
    key = key_of(session.connection())
    query = (
        select(RECORD.c.batch, RECORD.c.mark)
        .where(RECORD.c.batch.is_not(None))
        .order_by(RECORD.c.batch, RECORD.c.mark)
        .execution_options(yield_per=5000)
    )
    found: dict[int, str] = {}
    marks: list[bytes] = []
    now: int | None = None
    for number, mark in session.connection().execute(query):
        if now is not None and number != now:
            found[now] = key.seal_batch(now, marks)
            marks = []
        now = number
        marks.append(mark)
    if now is not None:
        found[now] = key.seal_batch(now, marks)
    return found
