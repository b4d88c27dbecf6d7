"""Attack: bombs, polyglots and places inside photos."""

from __future__ import annotations

import resource
import struct
import time
import zlib
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.files import service
from pb_portal.web import storage
from tests.rooms.files.test_service import photo
from tests.strict import StrictClient

SCRIPT = b"<script>alert(1)</script>"


def keep(session: Session, raw: bytes) -> service.StoredFile:  # type: ignore[name-defined]
    by = Signature(SYSTEM, datetime.now(UTC))
    return service.store_picture(
        session, by, BytesIO(raw), root=storage.root(), most_bytes=10**7, public=True
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows or b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def zipped() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("evil.js", "alert(1)")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        png(60_000, 60_000),
        png(2**31 - 1, 1),
        png(30_000, 30_000, b"\0" * 50_000_000),
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\xf7\0\0" + b"\0" * 768 + b",",
    ],
    ids=["wide as a stadium", "one endless row", "packed zeros", "huge gif"],
)
def test_attack_picture_bomb_is_refused_in_a_second_and_little_memory(
    session: Session, raw: bytes
) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Refusal, match=r"file\."):
        keep(session, raw)
    assert time.monotonic() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize(
    "raw",
    [
        SCRIPT,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a/*" + SCRIPT + b"*/=1;alert(1)",
        b"%PDF-1.7\n" + SCRIPT,
        b"\xff\xd8\xff\xe0" + SCRIPT,
        zipped(),
        b"MZ" + b"\0" * 200,
        b"",
    ],
    ids=["html", "svg", "gif and script", "pdf", "torn jpeg", "zip", "program", "nothing"],
)
def test_attack_polyglot_that_is_no_picture_is_refused(session: Session, raw: bytes) -> None:
    with pytest.raises(Refusal, match=r"file\."):
        keep(session, raw)


@pytest.mark.parametrize("tail", [SCRIPT, zipped()], ids=["script", "zip"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_attack_polyglot_with_a_tail_is_served_without_it(
    client: StrictClient, session: Session, kind: str, tail: bytes
) -> None:
    kept = keep(session, photo(300, 200, kind).getvalue() + tail)
    session.commit()
    served = client.get(f"/files/{kept.key}")
    assert tail not in served.data and b"alert" not in served.data
    assert served.mimetype.startswith("image/")
    assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_attack_place_in_a_photo_is_gone_from_what_is_served(
    client: StrictClient, session: Session, kind: str
) -> None:
    raw = photo(300, 200, kind).getvalue()
    assert b"SecretCamera" in raw
    kept = keep(session, raw)
    session.commit()
    served = client.get(f"/files/{kept.key}").data
    assert b"SecretCamera" not in served and not Image.open(BytesIO(served)).getexif()
