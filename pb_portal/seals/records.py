"""Writing records: reads the rows as the database holds them, numbers their revisions, adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    bindparam,
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
_LAST = (
    select(RECORD.c.table_name, RECORD.c.row_key, func.max(RECORD.c.revision))
    .where(
        RECORD.c.table_name.in_(bindparam("tables", expanding=True)),
        RECORD.c.row_key.in_(bindparam("names", expanding=True)),
    )
    .group_by(RECORD.c.table_name, RECORD.c.row_key)
)


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
    every = [(table, one) for table, keys in touched.items() for one in keys]
    for start in range(0, len(every), _CHUNK):
        values = list(_values(connection, key, every[start : start + _CHUNK], reason))
        if values:
            connection.execute(RECORD.insert(), values)


def _values(
    connection: Connection, key: SealKey, touched: Sequence[tuple[Table, Key]], reason: str
) -> Iterator[dict[str, Any]]:
    """Two kinds of statements: one for the former revisions, one for the rows of each table."""
    names = {(table, one): key.name_row(table.name, one) for table, one in touched}
    wanted = {
        "tables": list({table.name for table, _ in names}),
        "names": list(set(names.values())),
    }
    last = {(table, name): revision for table, name, revision in connection.execute(_LAST, wanted)}
    rows = {
        table: read_rows(connection, table, [one for other, one in touched if other is table])
        for table in dict.fromkeys(table for table, _ in touched)
    }
    for (table, one), name in names.items():
        row, revision = rows[table].get(one), last.get((table.name, name), 0)
        if row is None and not revision:
            continue  # never sealed and gone: nothing to say
        yield make_values(key, table.name, name, revision + 1, row, reason)


def read_rows(
    connection: Connection, table: Table, keys: Sequence[Key]
) -> dict[Key, dict[str, Any]]:
    """The sealed columns of rows, by primary key."""
    query, names, wide = _rows_by_key(table)
    asked = [one[0] for one in keys] if wide == 1 else list(keys)
    return {
        tuple(row[:wide]): dict(zip(names, row[wide:], strict=True))
        for row in connection.execute(query, {"keys": asked})
    }


@cache
def _rows_by_key(table: Table) -> tuple[Select[*tuple[Any, ...]], list[str], int]:
    """Made once for each table: building a statement takes longer than running it."""
    primary, columns = list(table.primary_key.columns), sealed_columns(table)
    these: BindParameter[Any] = bindparam("keys", expanding=True)
    wanted = primary[0].in_(these) if len(primary) == 1 else tuple_(*primary).in_(these)
    asked = (_as_stored(column).label(None) for column in (*primary, *columns))
    query = select(*asked).where(wanted)
    return query, [column.name for column in columns], len(primary)


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
