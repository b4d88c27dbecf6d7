"""Shared fixtures: the application, a database rolled back after each test, a strict client."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from config import Settings
from pb_portal import create_app
from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import digest
from pb_portal.db import db
from tests.strict import StrictClient

SCRATCH = "pb_scratch"
MADE = count(1)


def scratch_url(folder: Path, name: str) -> str:
    """A fresh database: a file of SQLite, or one made beside `TEST_DATABASE_URL`'s."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        return f"sqlite:///{folder / (name + '.sqlite3')}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = make_url(server).set(database=f"{SCRATCH}_{os.getpid()}_{worker}_{name}_{next(MADE)}")
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{url.database}"'))
    _DROPPED_AT_EXIT.append((server, str(url.database)))
    return url.render_as_string(hide_password=False)


_DROPPED_AT_EXIT: list[tuple[str, str]] = []


def pytest_sessionfinish() -> None:
    """Leave no database behind on the server."""
    for server, database in _DROPPED_AT_EXIT:
        engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))


def make_settings(folder: Path, name: str = "tests", **changes: Any) -> Settings:
    """Settings of a test installation of its own."""
    values: dict[str, Any] = {
        "environment": "test",
        "sample_mode": True,
        "pb_instance": folder,
        "database_url": scratch_url(folder, name),
        "secret_key": "test-secret",
        "register_key": "test-register",
        "ballot_key": "test-ballot",
        "signing_key": "test-signing",
        "rate_limits": False,
        "counts_seconds": 0,
        "default_locale": "en",
    }
    return Settings(**{**values, **changes})


_MIGRATED: list[URL] = []
"""A database of each engine with every table, to copy from: migrating takes a second or two."""


def migrated(settings: Settings) -> Flask:
    """An application whose database has every table."""
    made = create_app(settings)
    url = make_url(settings.database_url)
    kept = [one for one in _MIGRATED if one.get_backend_name() == url.get_backend_name()]
    if kept:
        _copy(kept[0], url)
        return made
    with made.app_context():
        upgrade()
        db.engine.dispose()
    pattern = make_url(scratch_url(Path(mkdtemp()), "pattern"))
    _copy(url, pattern)
    _MIGRATED.append(pattern)
    return made


def _copy(source: URL, target: URL) -> None:
    if target.get_backend_name() == "sqlite":
        shutil.copy(str(source.database), str(target.database))
        return
    server = os.environ["TEST_DATABASE_URL"]
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{target.database}" WITH (FORCE)'))
        connection.execute(
            text(f'CREATE DATABASE "{target.database}" TEMPLATE "{source.database}"')
        )


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a migrated database of its own."""
    made = migrated(make_settings(tmp_path_factory.mktemp("portal")))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session; whatever the test commits is rolled back after it."""
    with app.app_context():
        engine = db.engine
        with engine.connect().execution_options(writes=True) as connection:
            outer = connection.begin()
            connection.begin_nested()
            engines = db._app_engines[app]
            engines[None] = connection  # type: ignore[assignment]
            try:
                yield db.session()
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()


@pytest.fixture
def client(app: Flask, session: Session) -> StrictClient:
    """A browser that checks every page it is given; speaks English unless told otherwise."""
    app.test_client_class = StrictClient
    made = app.test_client()
    assert isinstance(made, StrictClient)
    made.set_cookie("language", "en")
    return made


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Flask]:
    """An application with a database that really commits, for races and faults."""
    made = migrated(make_settings(tmp_path, "own"))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def at() -> datetime:
    """The moment at which a test takes place."""
    return datetime.now(UTC)


def sign_in(client: StrictClient, person: Person) -> None:
    """Open a session for the person without the login page."""
    from pb_portal.accounts import service

    token = service.open_session(db.session(), person.id, at=datetime.now(UTC))
    assert digest(token)
    db.session().commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True


__all__ = ["downgrade", "make_settings", "migrated", "scratch_url", "sign_in"]
