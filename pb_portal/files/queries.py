"""Finding stored files."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.files.models import StoredFile


def get_file(session: Session, key: str) -> StoredFile:
    """The file of this key; raises `Missing`."""
    found = session.scalars(select(StoredFile).where(StoredFile.key == key)).one_or_none()
    if found is None:
        raise Missing("file")
    return found
