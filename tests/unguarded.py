"""Somebody with all rights to the database: no trigger stands in the way until the rollback."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session


def drop_guards(session: Session) -> None:
    """Take every trigger away inside the session's transaction."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    for name in names:
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
