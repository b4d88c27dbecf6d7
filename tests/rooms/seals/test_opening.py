"""An upgrade seals what is there, once; a later one launders nothing that was altered before."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from pb_portal.audit.models import AuditEntry
from pb_portal.db import db, transaction
from pb_portal.places.models import Area
from pb_portal.seals import checking, opening, records, registry
from pb_portal.seals.models import SealRecord
from tests.factories import make_area, make_person
from tests.factories.voting import make_vote
from tests.rooms.seals.test_records import broken, records_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def fresh_columns():
    """What is sealed may change within the test."""
    yield
    forget_columns()


def close_connections():
    """End the session first: a connection that outlives its pool is never closed."""
    db.session.remove()
    db.engine.dispose()


def forget_columns():
    registry.sealed_columns.cache_clear()
    records._rows_by_key.cache_clear()


def test_a_fresh_database_is_sealed_with_the_rows_of_its_migrations(own_app):
    with own_app.app_context():
        assert broken(db.session()) == []
        assert records_of(db.session(), "projects_work_type")[0].reason == opening.OPENED


def before_seals() -> str:
    """The migration before the one that brought the seals."""
    (path,) = (ROOT / "migrations/versions").glob("*_seal_every_row.py")
    return f"{int(path.name[:4]) - 1:04d}"


def test_an_upgrade_from_before_the_seals_seals_what_is_there(own_app):
    with own_app.app_context():
        with transaction() as work:
            make_person(work, "moderator")
            make_vote(work)
        close_connections()
        downgrade(revision=before_seals())
        close_connections()
        upgrade()
        close_connections()
        assert broken(db.session()) == []
        assert records_of(db.session(), "accounts_person")[0].reason == opening.OPENED
        close_connections()


def test_columns_that_come_are_sealed_and_a_row_altered_before_them_stays_seen(
    session, monkeypatch, fresh_columns
):
    monkeypatch.setitem(registry.EXEMPT_COLUMNS, "places_area", {"sort": "Not there yet."})
    forget_columns()
    area, other = make_area(session), make_area(session)
    session.flush()
    opening.seal_existing(session.connection())
    session.execute(text("UPDATE places_area SET code = 'forged' WHERE id = :id"), {"id": other.id})
    monkeypatch.delitem(registry.EXEMPT_COLUMNS, "places_area")
    forget_columns()
    assert any("cover other columns" in one for one in broken(session))
    opening.seal_existing(session.connection())
    assert broken(session) == [f"places_area {other.id}: it is not what was sealed"]
    assert records_of(session, "places_area", area.id)[-1].reason == opening.RESHAPED


def test_a_migration_that_changes_rows_names_their_tables(session):
    area = make_area(session)
    session.flush()
    session.execute(text("UPDATE places_area SET sort = 77 WHERE id = :id"), {"id": area.id})
    opening.seal_existing(session.connection())
    assert broken(session) == [f"places_area {area.id}: it is not what was sealed"]
    opening.seal_existing(session.connection(), rewritten=("places_area",))
    assert broken(session) == []
    assert records_of(session, "places_area", area.id)[-1].reason == opening.REWRITTEN


def test_a_table_that_is_sealed_no_more_leaves_tombstones(session, monkeypatch):
    make_area(session)
    session.flush()
    monkeypatch.setitem(registry.EXEMPT_TABLES, "places_area", "Not sealed any more.")
    assert "places_area: it has seals, and is no sealed table" in broken(session)
    opening.seal_existing(session.connection())
    assert broken(session) == []
    assert records_of(session, "places_area")[-1].deleted


def test_a_repair_by_hand_is_sealed_by_name_and_stands_in_the_log(app, session):
    area = make_area(session)
    session.flush()
    session.execute(text("UPDATE places_area SET sort = 77 WHERE id = :id"), {"id": area.id})
    session.commit()
    runner = app.test_cli_runner()
    found = runner.invoke(args=["seals", "check"])
    assert found.exit_code == 1 and f"places_area {area.id}" in found.output
    assert runner.invoke(args=["seals", "renew", "voting_ballot", "--reason", "x"]).exit_code == 1
    done = runner.invoke(args=["seals", "renew", "places_area", "--reason", "Typed twice"])
    assert done.output == "1 rows sealed anew.\n"
    assert runner.invoke(args=["seals", "check"]).output == "Every seal holds.\n"
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.reason) == ("seals.renewed", "Typed twice")
    assert checking.sealed_tables() and session.scalars(select(SealRecord).limit(1)).one()
    assert session.get(Area, area.id)
