"""Statements that write many rows of sealed tables at once, and the records they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Table, Update
from sqlalchemy.orm import Session

from pb_portal.seals.records import Key, write_records
from pb_portal.seals.registry import is_sealed
from pb_portal.seals.watching import ALLOWED


def add_rows(
    session: Session, statement: Insert, rows: Sequence[dict[str, Any]] | None = None
) -> list[Key]:
    """Run an INSERT; returns the primary keys of the rows it wrote."""
    return _run(session, statement, rows, "")


def change_rows(session: Session, statement: Update) -> int:
    """Run an UPDATE; returns how many rows it changed."""
    return len(_run(session, statement, None, ""))


def delete_rows(session: Session, statement: Delete, reason: str) -> int:
    """Run a DELETE; each row leaves a tombstone with the reason. Returns how many there were."""
    return len(_run(session, statement, None, reason))


def _run(
    session: Session,
    statement: Insert | Update | Delete,
    rows: Sequence[dict[str, Any]] | None,
    reason: str,
) -> list[Key]:
    table = statement.table
    assert isinstance(table, Table)
    if rows is not None and not rows:
        return []
    asked = statement.returning(*table.primary_key.columns)
    found = session.execute(asked, rows, execution_options={ALLOWED: True})
    keys = [tuple(row) for row in found]
    if keys and is_sealed(table.name):
        write_records(session.connection(), {table: keys}, reason)
    return keys
