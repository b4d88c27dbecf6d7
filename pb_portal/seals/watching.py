"""Follows every session: what is written to a sealed table is recorded in its transaction.

Objects are followed through the flush, `update(Model)` and the like through `do_orm_execute`, the
pairs of a relationship between many and many by the values of the flush's own statements. A
statement on a bare table is not followed: the portal's own code is refused it, and what other code
(a shell, a script) changes so is seen by the audit.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from types import FrameType
from typing import Any, cast

from sqlalchemy import Connection, Executable, Result, Table, event, inspect
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction, object_session
from sqlalchemy.sql.dml import Delete, Insert, Update, UpdateBase

from pb_portal.db import Base
from pb_portal.seals.records import Key, write_records
from pb_portal.seals.registry import is_sealed, sealed_columns

ALLOWED = "sealed"
"""The option of a statement whose rows `seals.service` records."""
_TOUCHED = "seals_touched"
_FLUSH = "sqlalchemy.orm.unitofwork"


class UnsealedWriteError(RuntimeError):
    """The portal's code changes rows of a sealed table by a statement that leaves no record."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"{table} is sealed: write it through the session's objects, or with add_rows, "
            "change_rows or delete_rows of pb_portal.seals.service; a table or column that decides "
            "nothing is named with its reason in pb_portal/seals/registry.py"
        )


@event.listens_for(Mapper, "after_insert")
@event.listens_for(Mapper, "after_delete")
def _written(mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    _touch(mapper, target, tuple(mapper.primary_key_from_instance(target)))


@event.listens_for(Mapper, "after_update")
def _changed(mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    session = object_session(target)
    if session is None or not session.is_modified(target, include_collections=False):
        return
    now, before = tuple(mapper.primary_key_from_instance(target)), inspect(target).identity
    _touch(mapper, target, now)
    if before is not None and tuple(before) != now:
        _touch(mapper, target, tuple(before))


def _touch(mapper: Mapper[Any], target: Any, key: Key) -> None:
    table = mapper.local_table
    session = object_session(target)
    if session is not None and isinstance(table, Table) and is_sealed(table.name):
        session.info.setdefault(_TOUCHED, {}).setdefault(table, {})[key] = None


@event.listens_for(Session, "after_flush")
def _record(session: Session, context: UOWTransaction) -> None:
    if touched := session.info.pop(_TOUCHED, None):
        write_records(session.connection(), touched)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: Any) -> None:
    session.info.pop(_TOUCHED, None)


@event.listens_for(Engine, "after_execute")
def _paired(
    connection: Connection,
    statement: Executable,
    multiparams: Any,
    params: Any,
    options: Any,
    result: Any,
) -> None:
    """Pairs of a `secondary` table are no objects: the flush writes them by their keys."""
    if not isinstance(statement, Insert | Delete) or not isinstance(statement.table, Table):
        return
    table = statement.table
    if not is_sealed(table.name) or table in _mapped() or not _comes_from(_FLUSH):
        return
    rows = multiparams or [params]
    names = [column.key for column in table.primary_key.columns]
    write_records(connection, {table: [tuple(row[name] for name in names) for row in rows]})


@cache
def _mapped() -> set[Any]:
    return {mapper.local_table for mapper in Base.registry.mappers}


@event.listens_for(Session, "do_orm_execute")
def _follow(state: ORMExecuteState) -> Result[Any] | None:
    """An INSERT, UPDATE or DELETE of a model tells which rows it wrote; they are recorded."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return None
    statement = state.statement
    if state.bind_mapper is None or ALLOWED in state.execution_options:
        return None
    table = state.bind_mapper.local_table
    assert isinstance(statement, UpdateBase)
    if not isinstance(table, Table) or not is_sealed(table.name):
        return None
    if _spares_seals(statement, table):
        return None
    asked = cast(Any, statement).returning(*table.primary_key.columns)
    wide = len(table.primary_key.columns)
    told = state.session.execute(
        asked, cast(Any, state.parameters), execution_options={ALLOWED: True}
    ).freeze()
    keys = [tuple(row[-wide:]) for row in told()]
    write_records(state.session.connection(), {table: keys})
    again = told()
    again.rowcount = len(keys)  # type: ignore[attr-defined]
    return again


@event.listens_for(Engine, "before_execute")
def _guard(
    connection: Connection,
    statement: Executable,
    multiparams: Any,
    params: Any,
    options: Mapping[str, Any],
) -> None:
    if not isinstance(statement, UpdateBase) or ALLOWED in options:
        return
    table = statement.table
    if not isinstance(table, Table) or not is_sealed(table.name):
        return
    if _spares_seals(statement, table) or not _comes_from("pb_portal"):
        return
    raise UnsealedWriteError(table.name)


def _spares_seals(statement: UpdateBase, table: Table) -> bool:
    """Whether an UPDATE sets nothing that is sealed."""
    if not isinstance(statement, Update):
        return False
    values: Mapping[Any, Any] = statement._values or {}
    names = {getattr(column, "name", column) for column in values}
    return bool(names) and names.isdisjoint(column.name for column in sealed_columns(table))


def _comes_from(whom: str) -> bool:
    """Whether a flush, else the nearest caller outside SQLAlchemy, is this module or package."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module == _FLUSH:
            return whom == _FLUSH
        package = module.split(".", maxsplit=1)[0]
        if package not in ("sqlalchemy", "flask_sqlalchemy"):
            return package == whom
        frame = frame.f_back
    return False
