"""The sweep removes what it can name and the database does not know, and nothing on a guess."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from pb_portal.files import service
from pb_portal.files.models import PDF, StoredFile
from pb_portal.files.service import names

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=3)
MANY = 100_000


class Listed:
    """A store that lists names and holds no bytes."""

    def __init__(self, listed: list[str]) -> None:
        self.listed = listed
        self.deleted: list[str] = []

    def names(self) -> Iterator[tuple[str, datetime]]:
        return iter([(name, OLD) for name in self.listed])

    def delete(self, name: str) -> None:
        self.deleted.append(name)


def row(key: str, *, document: bool = False) -> StoredFile:
    return StoredFile(
        key=key,
        media_type=PDF if document else "image/jpeg",
        size=1,
        width=0 if document else 2000,
        height=0 if document else 1000,
        created_at=OLD,
        sizes=[] if document else [320, 800, 1600],
        original="" if document else "png",
    )


def keys_of(kind: str, number: int) -> list[str]:
    """Keys as older versions made them (24 signs of base64), as this one does, and old ones that
    end like the name of a picture's size."""
    if kind == "new":
        return [names.new_key() for _ in range(number)]
    made = [secrets.token_urlsafe(18) for _ in range(number)]
    if kind == "old":
        return made
    ends = ("-320", "-1600", "-1", "-800", "-original")
    return [key[: 24 - len(end)] + end for key, end in zip(made, ends * number, strict=False)]


@pytest.mark.parametrize("kind", ["old", "new", "old ending like a size"])
def test_no_object_of_a_live_file_is_swept_among_100_000_keys(session: Session, kind: str) -> None:
    keys = keys_of(kind, MANY)
    live = [row(key, document=bool(number % 2)) for number, key in enumerate(keys)]
    columns = ("key", "media_type", "size", "width", "height", "created_at", "sizes", "original")
    values = [{name: getattr(one, name) for name in columns} for one in live]
    for first in range(0, MANY, 5000):
        session.execute(insert(StoredFile), values[first : first + 5000])
    store = Listed([name for one in live for name in service.all_names(one)])
    assert len(set(store.listed)) == len(store.listed) > 4 * MANY
    assert list(service.orphans(session, store, NOW)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["old", "new", "old ending like a size"])
def test_every_object_of_a_gone_file_is_found(session: Session, kind: str) -> None:
    gone = [row(key, document=bool(number % 2)) for number, key in enumerate(keys_of(kind, 2000))]
    store = Listed([name for one in gone for name in service.all_names(one)])
    found = list(service.orphans(session, store, NOW))  # type: ignore[arg-type]
    assert sorted(found) == sorted(store.listed)


def test_what_the_portal_never_named_is_left_alone(session: Session) -> None:
    key = names.new_key()
    strange = [
        "backup.tar.gz",
        "lost+found/a.jpg",
        f"{key[:2]}/{key}.exe",
        f"zz/{key}.jpg" if key[:2] != "zz" else f"yy/{key}.jpg",
        f"{key[:2]}/{key}.jpg.bak",
        f"{key[:2]}/{key}.jpg\n",
        f"x/{key[:2]}/{key}.jpg",
    ]
    store = Listed(strange)
    assert list(service.orphans(session, store, NOW)) == []  # type: ignore[arg-type]
    torn = f"{key[:2]}/.half-ab12cd34"
    assert list(service.orphans(session, Listed([torn]), NOW)) == [torn]  # type: ignore[arg-type]


def test_a_name_that_could_be_of_a_live_file_in_any_reading_stays(session: Session) -> None:
    """A row whose key has a length of no version of the portal."""
    session.add(row("aa-short-320", document=True))
    session.flush()
    listed = ["aa/aa-short-320.pdf", "aa/aa-short-320-320.webp", "aa/aa-short-320-original.png"]
    listed += ["aa/aa-short-320-99999.webp", "aa/aa-short-320-320-x.jpg"]
    assert list(service.orphans(session, Listed(listed), NOW)) == []  # type: ignore[arg-type]


def test_the_command_refuses_a_store_the_database_hardly_knows(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong DATABASE_URL must not empty the store."""
    store = Listed([f"{key[:2]}/{key}.jpg" for key in keys_of("new", 50)])
    monkeypatch.setitem(app.extensions, "file_store", store)
    told = app.test_cli_runner().invoke(args=["files", "sweep", "--for-real"])
    assert told.exit_code == 2 and "50 of 50" in told.output
    assert store.deleted == []
    told = app.test_cli_runner().invoke(args=["files", "sweep", "--for-real", "--even-most"])
    assert told.exit_code == 0 and len(store.deleted) == 50


def test_a_new_key_holds_no_sign_that_separates_parts_of_a_name() -> None:
    assert all(key.isalnum() for key in keys_of("new", 1000))
