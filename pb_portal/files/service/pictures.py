"""Storing pictures: opened, checked, turned upright, re-encoded without EXIF.

The picture as it was sent is kept beside, for nobody but the city: it may name its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import IO, BinaryIO

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files.models import StoredFile
from pb_portal.files.service.names import name_of, new_key, original_name
from pb_portal.files.storage import Where, storage_at

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1920
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")


@dataclass(frozen=True)
class Picture:
    """A picture re-encoded and ready to keep."""

    content: bytes
    size: tuple[int, int]
    original: bytes = b""
    ending: str = ""


def read_picture(stream: IO[bytes], *, most_bytes: int) -> Picture:
    """Open, turn upright and re-encode a picture as JPEG at most 1,920 pixels wide.

    Refuses (on field `picture`) what is empty, too big, no picture, or a decompression bomb. It
    takes a moment, so do it before a write transaction is open.
    """
    raw = stream.read(most_bytes + 1)
    picture, kind = open_upright(raw, most_bytes)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=82, optimize=True, progressive=True)
    return Picture(buffer.getvalue(), picture.size, raw, ENDINGS[kind])


def keep_picture(
    session: Session, by: Signature, picture: Picture, *, root: Where, public: bool = False
) -> StoredFile:
    """Keep a picture in the store `root` and return its row; its sizes are made by a job.

    The bytes are written before the row is committed; those without a row are swept away later.
    """
    stored = StoredFile(
        key=new_key(),
        media_type="image/jpeg",
        size=len(picture.content),
        width=picture.size[0],
        height=picture.size[1],
        owner_id=by.actor.person_id,
        public=public,
        created_at=by.at,
        original=picture.ending,
        sizes=[],
    )
    store = storage_at(root)
    store.put(name_of(stored), picture.content, stored.media_type)
    if picture.ending:
        store.put(original_name(stored), picture.original, "application/octet-stream")
    session.add(stored)
    session.flush()
    return stored


def store_picture(
    session: Session,
    by: Signature,
    stream: BinaryIO,
    *,
    root: Where,
    most_bytes: int,
    public: bool = False,
) -> StoredFile:
    """Read and keep a picture at once; refuses what `read_picture` refuses."""
    picture = read_picture(stream, most_bytes=most_bytes)
    return keep_picture(session, by, picture, root=root, public=public)


def publish(files: list[StoredFile]) -> None:
    """Let everybody see these files (their proposal became public)."""
    for stored in files:
        stored.public = True


def open_upright(raw: bytes, most_bytes: int) -> tuple[Image.Image, str]:
    """The picture upright on white, and its format; refuses what is no picture."""
    if not raw:
        raise Refusal("file.empty", field="picture")
    if len(raw) > most_bytes:
        raise Refusal("file.too_big", field="picture", most=most_bytes // (1024 * 1024))
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS:
        raise Refusal("file.heic", field="picture")
    try:
        picture = Image.open(BytesIO(raw), formats=tuple(ENDINGS))
        if picture.width * picture.height > MOST_PIXELS:
            raise Refusal("file.too_many_pixels", field="picture")
        upright = ImageOps.exif_transpose(picture)
        flat = Image.new("RGB", upright.size, "white")
        layer = upright.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat, str(picture.format)
    except Refusal:
        raise
    except Image.DecompressionBombError:
        raise Refusal("file.too_many_pixels", field="picture") from None
    except Exception:
        # A file made to do harm gets nearly any exception out of a decoder.
        raise Refusal("file.not_a_picture", field="picture") from None
