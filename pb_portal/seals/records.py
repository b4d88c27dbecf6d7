"""Writing records: reads the rows as the database holds them, numbers their revisions, adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    func,
    select,
    tuple_,
    type_coerce,
)

from pb_portal.db import ShownText
from pb_portal.seals.keys import Mark, SealKey
from pb_portal.seals.models import RECORD
from pb_portal.seals.registry import sealed_columns

Key = tuple[Any, ...]
KEY_OPTION = "seal_key"
"""The option of an engine that holds its `SealKey`; connections inherit it."""
_CHUNK = 300


def key_of(connection: Connection) -> SealKey:
    """The key of this connection's engine."""
    key = connection.get_execution_options().get(KEY_OPTION)
    if not isinstance(key, SealKey):
        raise RuntimeError(
            "rows are sealed: make the engine through create_app, which sets its key"
        )
    return key


def write_records(
    connection: Connection, touched: Mapping[Table, Iterable[Key]], reason: str = ""
) -> None:
    """Add one record for each of these rows; a row that is not there any more gets a tombstone."""
    key = key_of(connection)
    values = [
        value
        for table, keys in touched.items()
        for chunk in _chunks(list(keys))
        for value in _values(connection, key, table, chunk, reason)
    ]
    if values:
        connection.execute(RECORD.insert(), values)


def read_rows(
    connection: Connection, table: Table, keys: Sequence[Key]
) -> dict[Key, dict[str, Any]]:
    """The sealed columns of rows, by primary key."""
    primary = list(table.primary_key.columns)
    wanted = (
        primary[0].in_([one[0] for one in keys])
        if len(primary) == 1
        else tuple_(*primary).in_(keys)
    )
    return dict(iter_rows(connection, table, sealed_columns(table), wanted))


def iter_rows(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], *where: Any
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Rows of a table as (primary key, sealed columns)."""
    primary = list(table.primary_key.columns)
    wide = len(primary)
    asked = (_as_stored(column).label(None) for column in (*primary, *columns))
    query = select(*asked).where(*where)
    names = [column.name for column in columns]
    for row in connection.execute(query.execution_options(yield_per=2000)):
        yield tuple(row[:wide]), dict(zip(names, row[wide:], strict=True))


def _as_stored(column: Column[Any]) -> ColumnElement[Any]:
    """A text that is read in the reader's language is sealed as the mark that is stored."""
    return type_coerce(column, String()) if isinstance(column.type, ShownText) else column


def make_values(
    key: SealKey,
    table: str,
    row_key: str,
    revision: int,
    row: Mapping[str, Any] | None,
    reason: str,
) -> dict[str, Any]:
    """One record as it is stored; no row makes a tombstone."""
    contents = b"" if row is None else key.seal_row(table, row_key, row)
    mark = Mark(table, row_key, revision, row is None, reason, contents)
    return {
        "table_name": table,
        "row_key": row_key,
        "revision": revision,
        "deleted": row is None,
        "reason": reason,
        "contents": contents,
        "mark": key.seal_record(mark),
        "batch": None,
    }


def _values(
    connection: Connection, key: SealKey, table: Table, keys: Sequence[Key], reason: str
) -> Iterator[dict[str, Any]]:
    rows = read_rows(connection, table, keys)
    names = {one: key.name_row(table.name, one) for one in keys}
    last = {
        name: revision
        for name, revision in connection.execute(
            select(RECORD.c.row_key, func.max(RECORD.c.revision))
            .where(RECORD.c.table_name == table.name, RECORD.c.row_key.in_(names.values()))
            .group_by(RECORD.c.row_key)
        )
    }
    for one, name in names.items():
        row = rows.get(one)
        if row is None and name not in last:
            continue  # never sealed and gone: nothing to say
        yield make_values(key, table.name, name, last.get(name, 0) + 1, row, reason)


def _chunks(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
