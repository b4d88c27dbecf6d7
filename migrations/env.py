"""Runs migrations with the application's own engine and tables."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from pb_portal.db import Base, UtcDateTime, db

config = context.config


def plain_moment(kind: str, item: object, _: object) -> str | bool:
    """Migrations must not depend on the application's own types."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def keep_references(connection: Connection, *, on: bool) -> None:
    """Switch foreign keys of SQLite, which it allows only outside a transaction."""
    plain = connection.connection.driver_connection
    assert plain is not None
    plain.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def run() -> None:
    """Run inside a transaction of the engine the application uses.

    SQLite changes a table by copying it and dropping the old one; with its foreign keys on, that
    would take along every row that refers to it. They are checked at the end instead.
    """
    with db.engine.connect().execution_options(writes=True) as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            keep_references(connection, on=False)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_moment,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            broken = sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"rows refer to nothing: {broken[:5]}")
        connection.commit()
        if sqlite:
            keep_references(connection, on=True)


run()
