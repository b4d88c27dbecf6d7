"""Migrations: one head, equal to the models, up and down; the database guards what is final."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.db import db
from tests.factories import make_cycle

ROOT = Path(__file__).resolve().parents[2]


def test_there_is_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_models_equal_the_head_and_it_goes_down_and_up(own_app: Flask) -> None:
    with own_app.app_context():
        check()
        downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        db.engine.dispose()
        upgrade()
        check()
        db.engine.dispose()


def test_the_database_refuses_to_change_the_log(session: Session) -> None:
    session.execute(
        text(
            "INSERT INTO audit_entry"
            " (at, actor_kind, action, subject_type, subject_id, reason, data)"
            " VALUES (:at, 'system', 'test.done', 'test', '1', '', '{}')"
        ),
        {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    )
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE audit_entry SET reason = 'other'"))
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("DELETE FROM audit_entry"))


def test_the_database_refuses_to_change_frozen_rules(session: Session) -> None:
    cycle = make_cycle(session, frozen=True)
    with pytest.raises(DatabaseError, match="frozen"), session.begin_nested():
        session.execute(
            text("UPDATE cycles_rule_book SET lot_seed = '' WHERE cycle_id = :id"), {"id": cycle.id}
        )
