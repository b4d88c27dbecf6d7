"""Storing pictures: opened, checked, turned upright, re-encoded without EXIF.

The picture as it was sent is kept beside, for nobody but the city: it may name its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files.models import StoredFile
from pb_portal.files.service.names import name_of, new_key, original_name
from pb_portal.files.storage import Where, storage_at
from pb_portal.parsing import Size, limits_of_pictures, parse

SIZES = {
    "read_picture": Size(memory_mb=2, cpu_seconds=0.1),
    "make_sizes": Size(memory_mb=2, cpu_seconds=0.2, work_seconds=1),
    "fit_pictures": Size(memory_mb=2, cpu_seconds=0.5, work_seconds=1),
}


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
    if not raw:
        raise Refusal("file.empty", field="picture")
    if len(raw) > most_bytes:
        raise Refusal("file.too_big", field="picture", most=most_bytes // (1024 * 1024))
    made = decode("read_picture", raw)
    width, height = made["size"]
    return Picture(made["content"], (width, height), raw, made["ending"])


def decode(reader: str, *raw: bytes, **args: Any) -> Any:
    """What a reader of `files.decoding` answers, in a child process, one at a time."""
    return parse(
        f"pb_portal.files.decoding:{reader}",
        *raw,
        lane="pictures",
        size=SIZES[reader],
        field="picture",
        **limits_of_pictures(),
        **args,
    )


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
