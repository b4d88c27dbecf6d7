"""Sealing what is there already: on the first migration to seals, and whenever columns change.

A table met for the first time is sealed as it lies. Where columns came, each row is first compared
with its former seal, so that a migration does not launder what was altered before it; a row that
differs keeps its former record, and the audit names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from pb_portal.seals.checking import sealed_tables
from pb_portal.seals.models import RECORD, SHAPE
from pb_portal.seals.records import Key, iter_rows, key_of, make_values
from pb_portal.seals.registry import sealed_columns

OPENED = "sealed as it lay"
RESHAPED = "columns came"
REWRITTEN = "changed by a migration"
ENDED = "not sealed any more"
_CHUNK = 1000


def seal_existing(connection: Connection, rewritten: Collection[str] = ()) -> int:
    """Bring the seals in step with the tables after a migration; returns how many records that
    took. `rewritten` are tables whose rows the migrations themselves have changed."""
    if not inspect(connection).has_table(SHAPE.name):
        return 0
    shapes: dict[str, list[str]] = {
        name: columns
        for name, columns in connection.execute(select(SHAPE.c.table_name, SHAPE.c.columns))
    }
    made = 0
    for table in sealed_tables():
        names = [column.name for column in sealed_columns(table)]
        former = shapes.get(table.name)
        if former == names and table.name not in rewritten:
            continue
        if former is None:
            made += renew_rows(connection, table, OPENED)
        elif table.name in rewritten or not set(former) <= {one.name for one in table.columns}:
            made += renew_rows(connection, table, REWRITTEN)
        else:
            made += renew_rows(connection, table, RESHAPED, [table.c[one] for one in former])
        _keep_shape(connection, table.name, names)
    for name in shapes.keys() - {table.name for table in sealed_tables()}:
        made += _end_seals(connection, name)
    return made


def _end_seals(connection: Connection, name: str) -> int:
    """Leave tombstones for the rows of a table that is gone, or is not sealed any more."""
    key = key_of(connection)
    values = [
        make_values(key, name, row_key, revision + 1, None, ENDED)
        for row_key, (revision, deleted, _) in _newest(connection, name).items()
        if not deleted
    ]
    if values:
        connection.execute(RECORD.insert(), values)
    connection.execute(SHAPE.delete().where(SHAPE.c.table_name == name))
    return len(values)


def renew_rows(
    connection: Connection, table: Table, reason: str, former: list[Column[Any]] | None = None
) -> int:
    """Seal every row of a table as it lies, and leave tombstones for those that are gone; with the
    `former` columns only rows whose present record agrees with them."""
    last = _newest(connection, table.name)
    values = list(_values(connection, table, reason, last, former))
    for start in range(0, len(values), _CHUNK):
        connection.execute(RECORD.insert(), values[start : start + _CHUNK])
    return len(values)


def _values(
    connection: Connection,
    table: Table,
    reason: str,
    last: dict[str, tuple[int, bool, bytes]],
    former: list[Column[Any]] | None,
) -> Iterator[dict[str, Any]]:
    key = key_of(connection)
    agreed = _agreed(connection, table, last, former) if former else None
    for primary, row in iter_rows(connection, table, sealed_columns(table)):
        name = key.name_row(table.name, primary)
        revision, _, contents = last.pop(name, (0, False, b""))
        if agreed is not None and primary not in agreed:
            continue
        if former is None and contents == key.seal_row(table.name, name, row):
            continue
        yield make_values(key, table.name, name, revision + 1, row, reason)
    for name, (revision, deleted, _) in last.items() if former is None else ():
        if not deleted:
            yield make_values(key, table.name, name, revision + 1, None, reason)


def _agreed(
    connection: Connection,
    table: Table,
    last: dict[str, tuple[int, bool, bytes]],
    former: list[Column[Any]],
) -> set[Key]:
    key = key_of(connection)
    found = set()
    for primary, row in iter_rows(connection, table, former):
        name = key.name_row(table.name, primary)
        if name in last and last[name][2] == key.seal_row(table.name, name, row):
            found.add(primary)
    return found


def _newest(connection: Connection, table: str) -> dict[str, tuple[int, bool, bytes]]:
    newest = (
        select(RECORD.c.row_key, func.max(RECORD.c.revision).label("revision"))
        .where(RECORD.c.table_name == table)
        .group_by(RECORD.c.row_key)
        .subquery()
    )
    rows = connection.execute(
        select(RECORD.c.row_key, RECORD.c.revision, RECORD.c.deleted, RECORD.c.contents)
        .join(
            newest,
            (RECORD.c.row_key == newest.c.row_key) & (RECORD.c.revision == newest.c.revision),
        )
        .where(RECORD.c.table_name == table)
    )
    return {name: (revision, deleted, contents) for name, revision, deleted, contents in rows}


def _keep_shape(connection: Connection, table: str, names: list[str]) -> None:
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    made: Any = kind.insert(SHAPE).values(table_name=table, columns=names)
    connection.execute(
        made.on_conflict_do_update(index_elements=["table_name"], set_={"columns": names})
    )
