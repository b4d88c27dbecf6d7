"""Storing pictures: opened, checked, turned upright, re-encoded without EXIF."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files.models import StoredFile

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1920
FORMATS = ("JPEG", "PNG", "WEBP")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")


@dataclass(frozen=True)
class Picture:
    """A picture re-encoded and ready to keep."""

    content: bytes
    size: tuple[int, int]


def read_picture(stream: IO[bytes], *, most_bytes: int) -> Picture:
    """Open, turn upright and re-encode a picture as JPEG at most 1,920 pixels wide.

    Refuses (on field `picture`) what is empty, too big, no picture, or a decompression bomb. It
    takes a moment, so do it before a write transaction is open.
    """
    raw = stream.read(most_bytes + 1)
    picture = _open(raw, most_bytes)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=82, optimize=True, progressive=True)
    return Picture(buffer.getvalue(), picture.size)


def keep_picture(
    session: Session, by: Signature, picture: Picture, *, root: Path, public: bool = False
) -> StoredFile:
    """Keep a picture under `root` and return its row.

    The file is written before the row is committed; an orphan file is harmless.
    """
    return _keep(session, by, picture.content, picture.size, root=root, public=public)


def store_picture(
    session: Session,
    by: Signature,
    stream: BinaryIO,
    *,
    root: Path,
    most_bytes: int,
    public: bool = False,
) -> StoredFile:
    """Read and keep a picture at once; refuses what `read_picture` refuses."""
    picture = read_picture(stream, most_bytes=most_bytes)
    return keep_picture(session, by, picture, root=root, public=public)


def path_of(root: Path, stored: StoredFile) -> Path:
    """Where the file lies on disk."""
    return root / stored.key[:2] / f"{stored.key}.jpg"


def publish(files: list[StoredFile]) -> None:
    """Let everybody see these files (their proposal became public)."""
    for stored in files:
        stored.public = True


def _open(raw: bytes, most_bytes: int) -> Image.Image:
    if not raw:
        raise Refusal("file.empty", field="picture")
    if len(raw) > most_bytes:
        raise Refusal("file.too_big", field="picture", most=most_bytes // (1024 * 1024))
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS:
        raise Refusal("file.heic", field="picture")
    try:
        picture = Image.open(BytesIO(raw), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Refusal("file.too_many_pixels", field="picture")
        upright = ImageOps.exif_transpose(picture)
        flat = Image.new("RGB", upright.size, "white")
        layer = upright.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    except Refusal:
        raise
    except Image.DecompressionBombError:
        raise Refusal("file.too_many_pixels", field="picture") from None
    except Exception:
        # A file made to do harm gets nearly any exception out of a decoder.
        raise Refusal("file.not_a_picture", field="picture") from None


def _keep(
    session: Session,
    by: Signature,
    content: bytes,
    size: tuple[int, int],
    *,
    root: Path,
    public: bool,
) -> StoredFile:
    stored = StoredFile(
        key=secrets.token_urlsafe(18),
        media_type="image/jpeg",
        size=len(content),
        width=size[0],
        height=size[1],
        owner_id=by.actor.person_id,
        public=public,
        created_at=by.at,
    )
    target = path_of(root, stored)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    session.add(stored)
    session.flush()
    return stored
