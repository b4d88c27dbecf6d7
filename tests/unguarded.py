"""Somebody with all rights to the database: no trigger stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Executable, text
from sqlalchemy.orm import Session

_OF_TABLE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"


def drop_guards(session: Session) -> None:
    """Take every trigger away until the session's transaction is rolled back."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    for name in names:
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text("PRAGMA defer_foreign_keys = ON"))


@contextmanager
def unguarded(session: Session, *tables: str) -> Iterator[None]:
    """Plant what the portal itself would not write: these tables' guards step aside meanwhile."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        session.flush()
        session.execute(text("SET LOCAL session_replication_role = origin"))
        return
    found = [row for table in tables for row in session.execute(text(_OF_TABLE), {"table": table})]
    for name, _ in found:
        session.execute(text(f"DROP TRIGGER {name}"))
    yield
    session.flush()
    for _, sql in found:
        session.connection().exec_driver_sql(sql)


def run_unguarded(session: Session, table: str, statement: Executable) -> None:
    """Run one statement past a table's guards."""
    with unguarded(session, table):
        session.execute(statement)
