"""Smaller pictures, made by a job after the upload: 320, 800 and 1,600 wide, as WebP and JPEG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.files.models import StoredFile
from pb_portal.files.service.names import TYPES, name_of, original_name, size_name
from pb_portal.files.service.pictures import decode
from pb_portal.files.storage import Storage

BATCH = 5
MOST_ATTEMPTS = 3


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
        made = decode("make_sizes", raw, shown=stored.width)
        for width, ending, content in made:
            store.put(size_name(stored, width, ending), content, TYPES[ending])
    except Refusal:
        return Sized(stored.id, None)
    return Sized(stored.id, sorted({width for width, _, _ in made}))


def record_sizes(session: Session, made: Sequence[Sized], at: datetime) -> None:
    """Write down which sizes there are; pages offer them from now on."""
    for one in made:
        done = {"sizes": one.widths, "sized_at": at} if one.widths is not None else {}
        session.execute(
            update(StoredFile)
            .where(StoredFile.id == one.file_id, StoredFile.sized_at.is_(None))
            .values(size_attempts=StoredFile.size_attempts + 1, **done)
        )
