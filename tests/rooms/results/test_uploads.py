"""Published elections come in through the web: all of an upload or nothing."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.results import queries
from tests.conftest import sign_in
from tests.factories import make_person
from tests.rooms.results.test_pabulib_import import SMALL
from tests.strict import StrictClient


@pytest.fixture
def desk(client: StrictClient, session: Session) -> StrictClient:
    sign_in(client, make_person(session, "commissioner"))
    return client


def packed(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_pb", ".pb"), content)
    return target.getvalue()


def send(client: StrictClient, data: bytes, slug: str = "ala") -> int:
    file = (io.BytesIO(data), "file.pb")
    return client.fill("/desk/import", {"file": file, "slug": slug}).status_code


def cycles(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Cycle)) or 0


def test_a_file_becomes_a_past_cycle(desk: StrictClient, session: Session) -> None:
    for locale in ("kk", "ru", "en"):
        desk.page("/desk/import", locale=locale)
    assert send(desk, SMALL.encode()) == 302
    cycle = session.scalars(select(Cycle).where(Cycle.slug == "ala")).one()
    assert cycle.is_imported
    assert len(queries.winners_of(session, cycle.id)) == 2
    assert "ala" in desk.page("/desk/what-if")


def test_an_archive_becomes_as_many_cycles_as_it_has_files(
    desk: StrictClient, session: Session
) -> None:
    assert send(desk, packed(a_pb=SMALL, b_pb=SMALL, readme="x")) == 302
    slugs = session.scalars(select(Cycle.slug).order_by(Cycle.slug)).all()
    assert {"ala-1", "ala-2"} <= set(slugs)


def test_whatever_is_wrong_is_said_and_nothing_is_loaded(
    desk: StrictClient, session: Session
) -> None:
    before = cycles(session)
    bad = [
        b"", b"nonsense", b"\x00\xff" * 40, SMALL.replace("sixty", "").encode()[:200],
        packed(a_pb=SMALL, b_pb="broken"), packed(readme="x"), packed(a_pb=SMALL)[:-30],
        SMALL.replace("14.02.2021", "14.02.2099").encode(),
    ]  # fmt: skip
    for data in bad:
        assert send(desk, data) == 422, data[:40]
    for slug in ("", "Ala", "../x", "a" * 80):
        assert send(desk, SMALL.encode(), slug) == 422, slug
    assert cycles(session) == before
    assert send(desk, SMALL.encode()) == 302
    assert send(desk, SMALL.encode()) == 422, "the name is taken"


def test_only_commissioners_load(client: StrictClient, session: Session) -> None:
    for role in ("administrator", "auditor", "reviewer"):
        sign_in(client, make_person(session, role))
        client.page("/desk/import", 403)
