"""Pictures in sizes, originals kept apart, documents as downloads, and what is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.files import service
from pb_portal.files.models import StoredFile
from pb_portal.files.storage import Storage, StoreDown
from pb_portal.projects.models import ProjectPhoto
from pb_portal.web import storage
from tests.conftest import sign_in
from tests.factories import make_person
from tests.strict import StrictClient

GPS, PLACE = 0x8825, {1: "N", 2: (43.0, 14.0, 5.0)}
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def photo(width: int = 2400, height: int = 1800, mode: str = "JPEG") -> BytesIO:
    """A photo as a phone makes it, with its place inside."""
    exif = Image.Exif()
    exif.get_ifd(GPS).update(PLACE)
    exif[0x010F] = "SecretCamera"
    buffer = BytesIO()
    Image.new("RGB", (width, height), "#7a9e7e").save(buffer, mode, exif=exif)
    buffer.seek(0)
    return buffer


@pytest.fixture
def store(app: Flask, session: Session) -> Storage:
    return storage.root()  # type: ignore[no-any-return]


def by() -> Signature:
    return Signature(SYSTEM, datetime.now(UTC))


def keep(session: Session, stream: BytesIO, **more: Any) -> StoredFile:
    kept = service.store_picture(
        session, by(), stream, root=storage.root(), most_bytes=10**8, **{"public": True, **more}
    )
    session.commit()
    return kept


def test_the_job_makes_the_sizes_and_pages_serve_them_without_a_place(
    client: StrictClient, session: Session, store: Storage
) -> None:
    kept = keep(session, photo())
    assert (kept.width, kept.sizes, kept.original) == (1920, [], "jpg")
    assert client.get(f"/files/{kept.key}/320.webp").status_code == 404
    jobs.size_pictures(datetime.now(UTC))
    session.expire_all()
    assert kept.sizes == [320, 800, 1600]
    for width in kept.sizes:
        for ending in ("webp", "jpg"):
            answer = client.get(f"/files/{kept.key}/{width}.{ending}")
            assert answer.mimetype == service.TYPES[ending]
            assert answer.headers["Cache-Control"] == "public, max-age=600", "it may be taken down"
            picture = Image.open(BytesIO(answer.data))
            assert picture.size == (width, width * 3 // 4)
            assert not picture.getexif() and b"SecretCamera" not in answer.data
    assert b"SecretCamera" not in client.get(f"/files/{kept.key}").data
    original = store.get(service.original_name(kept))
    assert original and Image.open(BytesIO(original)).getexif().get_ifd(GPS), "kept as it was sent"
    for name in ("original.jpg", "321.webp", "320.png", "-1.jpg"):
        assert client.get(f"/files/{kept.key}/{name}").status_code == 404


def test_a_small_picture_gets_only_the_sizes_under_its_own(session: Session) -> None:
    kept = keep(session, photo(800, 600, "WEBP"))
    tiny = keep(session, photo(200, 100))
    jobs.size_pictures(datetime.now(UTC))
    session.expire_all()
    assert (kept.sizes, tiny.sizes) == ([320], [])
    assert tiny.sized_at is not None


def test_sizes_of_a_private_picture_are_as_private(client: StrictClient, session: Session) -> None:
    owner = make_person(session)
    kept = keep(session, photo(), public=False)
    kept.owner_id = owner.id
    jobs.size_pictures(datetime.now(UTC))
    for person, status in ((owner, 200), (make_person(session, "manager"), 404)):
        sign_in(client, person)
        answer = client.get(f"/files/{kept.key}/320.webp")
        assert (answer.status_code, answer.headers["Cache-Control"][-8:]) == (status, "no-store")


def test_bytes_that_are_gone_or_a_store_that_is_down_do_not_stop_the_job(
    session: Session, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, sound = keep(session, photo()), keep(session, photo())
    for name in service.all_names(lost):
        store.delete(name)
    for _ in range(4):
        jobs.size_pictures(datetime.now(UTC))
    session.expire_all()
    assert (lost.sizes, lost.sized_at, lost.size_attempts) == ([], None, 3)
    assert sound.sizes
    later = keep(session, photo())

    def down(self: Any, name: str) -> bytes:
        raise StoreDown

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "get", down)
        jobs.size_pictures(datetime.now(UTC))
    jobs.size_pictures(datetime.now(UTC))
    session.expire_all()
    assert later.sizes == [320, 800, 1600]


def test_a_store_that_is_down_gives_503_and_an_upload_says_so(
    client: StrictClient, session: Session, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep(session, photo(100, 100))

    def down(*_: Any) -> None:
        raise StoreDown

    monkeypatch.setattr(type(store), "get", down)
    monkeypatch.setattr(type(store), "put", down)
    assert client.get(f"/files/{kept.key}").status_code == 503
    with pytest.raises(Refusal, match=r"file\.store_down"):
        keep(session, photo(100, 100))


def test_a_document_is_kept_and_served_as_a_download_only(
    client: StrictClient, session: Session
) -> None:
    name = "..\\x/Акт № 7 <приёмки>.PDF"
    document = service.read_document(BytesIO(PDF), name, most_bytes=1000)
    kept = service.keep_document(session, by(), document, root=storage.root(), public=True)
    session.commit()
    assert kept.name == "Акт № 7 приёмки.pdf"
    answer = client.get(f"/files/{kept.key}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert kept not in service.waiting(session), "nobody draws a document"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (PDF + b" " * 2000, "file.too_big"),
        (b"<html>%PDF-%%EOF", "file.not_a_pdf"),
        (b"%PDF-1.7 and nothing", "file.not_a_pdf"),
        (PDF.replace(b"<<>>", b"<</S/JavaScript/JS(app.alert(1))>>"), "file.active_pdf"),
        (PDF.replace(b"<<>>", b"<</S /Launch>>"), "file.active_pdf"),
    ],
)
def test_what_is_no_plain_pdf_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        service.read_document(BytesIO(content), "a.pdf", most_bytes=1000)
    assert (refused.value.code, refused.value.field) == (code, "document")


def test_files_nobody_refers_to_are_removed_after_a_day_with_all_their_bytes(
    session: Session, store: Storage
) -> None:
    gone, fresh, used = (keep(session, photo()) for _ in range(3))
    jobs.size_pictures(datetime.now(UTC))
    session.expire_all()
    names = service.all_names(gone)
    assert len(names) == 8 and all(store.get(name) for name in names)
    gone.created_at = used.created_at = datetime.now(UTC) - timedelta(days=2)
    refer(session, used)
    session.commit()
    kept_id, gone_id = used.id, gone.id
    jobs.remove_files(datetime.now(UTC))
    session.expire_all()
    assert session.get(StoredFile, gone_id) is None
    assert not any(store.get(name) for name in names)
    assert session.get(StoredFile, kept_id) and store.get(service.name_of(used))
    assert store.get(service.name_of(fresh))


def refer(session: Session, stored: StoredFile) -> None:
    """Let a project show the picture."""
    from tests.rooms.projects.conftest import make_winners

    project = make_winners(session).start()[0]
    project.photos.append(ProjectPhoto(file=stored, stage="before", at=datetime.now(UTC)))


def test_the_sweep_finds_bytes_without_a_row_and_nothing_else(
    app: Flask, session: Session, store: Storage
) -> None:
    kept = keep(session, photo())
    jobs.size_pictures(datetime.now(UTC))
    store.put("zz/zz-orphan-320.webp", b"x", "image/webp")
    store.put("zz/zz-original-x.jpg", b"x", "image/jpeg")
    assert not list(service.orphans(session, store, datetime.now(UTC))), "a day old at least"
    session.expire_all()
    later = datetime.now(UTC) + timedelta(days=2)
    found = set(service.orphans(session, store, later))
    assert {"zz/zz-orphan-320.webp", "zz/zz-original-x.jpg"} <= found
    assert not found & set(service.all_names(kept))
    for name in found:
        store.delete(name)
    told = app.test_cli_runner().invoke(args=["files", "sweep"])
    assert told.output.startswith("0 without a file")


def test_a_photo_with_a_second_picture_inside_is_taken(session: Session, store: Storage) -> None:
    """As phones write portraits with depth: a JPEG of the kind MPO."""
    buffer, second = BytesIO(), Image.new("RGB", (300, 200), "black")
    Image.new("RGB", (600, 400), "white").save(buffer, "MPO", save_all=True, append_images=[second])
    buffer.seek(0)
    kept = keep(session, buffer)
    assert (kept.width, kept.height, kept.original) == (600, 400, "jpg")


@pytest.mark.parametrize("name", ["scan.pdf", "scan.jpg", "scan"])
def test_a_scan_is_what_it_holds_and_not_what_it_is_called(app: Flask, name: str) -> None:
    read = service.read_scan(BytesIO(PDF), name, most_bytes=10**6)
    assert isinstance(read, service.Document)
    read = service.read_scan(photo(60, 40), name, most_bytes=10**6)
    assert isinstance(read, service.Picture)
