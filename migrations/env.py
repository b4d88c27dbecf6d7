"""Runs migrations with the application's own engine and tables."""

from __future__ import annotations

from alembic import context
from flask import current_app

from pb_portal.db import Base, UtcDateTime, db

config = context.config


def plain_moment(kind: str, item: object, _: object) -> str | bool:
    """Migrations must not depend on the application's own types."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def run() -> None:
    """Run inside a transaction of the engine the application uses."""
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_moment,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
