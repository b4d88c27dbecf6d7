"""Runs migrations with the application's own engine and tables."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.engine import Connection

from pb_portal.db import Base, UtcDateTime, db
from pb_portal.seals.opening import seal_existing

config = context.config


def plain_moment(kind: str, item: object, _: object) -> str | bool:
    """Migrations must not depend on the application's own types."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def keep_references(connection: Connection, *, on: bool) -> None:
    """Switch foreign keys of SQLite, which it allows only outside a transaction."""
    plain = connection.connection.driver_connection
    assert plain is not None
    plain.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def at_head() -> bool:
    """Whether the tables are those of the application's models now."""
    heads = ScriptDirectory.from_config(config).get_heads()
    return set(context.get_context().get_current_heads()) == set(heads)


def run() -> None:
    """Run inside a transaction of the engine the application uses.

    SQLite changes a table by copying it and dropping the old one; with its foreign keys on, that
    would take along every row that refers to it. They are checked at the end instead.
    """
    with db.engine.connect().execution_options(writes=True) as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            keep_references(connection, on=False)
        rewritten: set[str] = set()

        def note_rewritten(*, step: Any, **_: Any) -> None:
            """A migration that changes rows of sealed tables names them in `REWRITES`."""
            if step.is_upgrade:
                rewritten.update(getattr(step.up_revision.module, "REWRITES", ()))

        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_moment,
            on_version_apply=note_rewritten,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if at_head():
                seal_existing(connection, rewritten)
            broken = sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"rows refer to nothing: {broken[:5]}")
        connection.commit()
        if sqlite:
            keep_references(connection, on=True)


run()
