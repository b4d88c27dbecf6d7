"""Whatever the umask, only the owner reads what the portal keeps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from PIL import Image

from config import Settings, private_file, private_folder
from pb_portal import create_app
from pb_portal.db import db, transaction
from pb_portal.files.storage import LocalStorage
from tests.factories import make_person

ON_SQLITE = pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")), reason="PostgreSQL keeps its own files"
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [
        f"{oct(path.stat().st_mode)} {path.relative_to(folder)}"
        for path in [folder, *folder.rglob("*")]
        if path.stat().st_mode & 0o077
    ]


def at_work(instance: Path) -> Flask:
    app = create_app(Settings(environment="development", pb_instance=instance, rate_limits=False))
    with app.app_context():
        upgrade()
        with transaction() as work:
            make_person(work)
        picture = BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "JPEG")
        LocalStorage(instance / "files").put("ab/cd.jpg", picture.getvalue(), "image/jpeg")
        assert datetime.now(UTC)
    return app


@ON_SQLITE
def test_nothing_in_the_instance_folder_is_open_to_others(tmp_path: Path, open_umask: None) -> None:
    instance = tmp_path / "instance"
    app = at_work(instance)
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        made = {path.name for path in instance.iterdir()}
        assert {"portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-writers"} <= made
        assert open_to_others(instance) == []
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@ON_SQLITE
def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path, open_umask: None) -> None:
    instance = tmp_path / "instance"
    with at_work(instance).app_context():
        db.session.remove()
        db.engine.dispose()
    for path in [instance, *instance.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    app = at_work(instance)
    left = [line for line in open_to_others(instance) if "files/" not in line]
    assert left == []
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_folder_for_everybody_is_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    private_folder(shared)
    assert shared.stat().st_mode & 0o777 == 0o777
    assert private_file(tmp_path / "new").stat().st_mode & 0o777 == 0o600
