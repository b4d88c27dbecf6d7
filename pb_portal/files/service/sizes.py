"""Smaller pictures, made by a job after the upload: 320, 800 and 1,600 wide, as WebP and JPEG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.files.models import StoredFile
from pb_portal.files.service.names import TYPES, name_of, original_name, size_name
from pb_portal.files.service.pictures import open_upright
from pb_portal.files.storage import Storage

WIDTHS = (320, 800, 1600)
BATCH = 5
MOST_ATTEMPTS = 3
MOST_BYTES = 200 * 1024 * 1024
_SAVED = {
    "webp": ("WEBP", {"quality": 78, "method": 4}),
    "jpg": ("JPEG", {"quality": 80, "optimize": True, "progressive": True}),
}


@dataclass(frozen=True)
class Sized:
    """What was made of a file: widths, or None when it could not be read this time."""

    file_id: int
    widths: list[int] | None


def waiting(session: Session) -> Sequence[StoredFile]:
    """Pictures whose sizes are still to be made, oldest first."""
    return session.scalars(
        select(StoredFile)
        .where(StoredFile.sized_at.is_(None), StoredFile.size_attempts < MOST_ATTEMPTS)
        .order_by(StoredFile.size_attempts, StoredFile.id)
        .limit(BATCH)
    ).all()


def make_sizes(stored: StoredFile, store: Storage) -> Sized:
    """Write the smaller pictures of a file into the store. Slow, so outside any transaction;
    a store that is down, or bytes that are gone, cost one attempt."""
    try:
        raw = (store.get(original_name(stored)) if stored.original else None) or store.get(
            name_of(stored)
        )
        if raw is None:
            return Sized(stored.id, None)
        picture, _ = open_upright(raw, MOST_BYTES)
        widths = [width for width in WIDTHS if width < min(picture.width, stored.width or 10**6)]
        for width in widths:
            height = max(1, round(picture.height * width / picture.width))
            smaller = picture.resize((width, height), Image.Resampling.LANCZOS)
            for ending, (kind, options) in _SAVED.items():
                buffer = BytesIO()
                smaller.save(buffer, kind, **options)
                store.put(size_name(stored, width, ending), buffer.getvalue(), TYPES[ending])
    except Refusal:
        return Sized(stored.id, None)
    return Sized(stored.id, widths)


def record_sizes(session: Session, made: Sequence[Sized], at: datetime) -> None:
    """Write down which sizes there are; pages offer them from now on."""
    for one in made:
        done = {"sizes": one.widths, "sized_at": at} if one.widths is not None else {}
        session.execute(
            update(StoredFile)
            .where(StoredFile.id == one.file_id, StoredFile.sized_at.is_(None))
            .values(size_attempts=StoredFile.size_attempts + 1, **done)
        )
