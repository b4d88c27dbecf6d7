"""Small copies of the photos, kept with the report so that they stay as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy.orm import Session

from pb_portal.files.models import StoredFile
from pb_portal.files.service import decode
from pb_portal.files.service import name_of as stored_name
from pb_portal.files.storage import Where, storage_at
from pb_portal.reports.queries import past
from pb_portal.reports.queries.past import Standing

SIZE = (480, 320)
QUALITY = 74
AT_ONCE = 16
"""Photos that one process cuts."""
MOST = 600
"""A report of more projects keeps pictures of the first so many."""


def gather(
    session: Session, shown: Iterable[Standing], root: Where
) -> tuple[dict[int, str], dict[str, bytes]]:
    """Project number → name of its picture, and the pictures by name."""
    with_photo = [one for one in shown if one.picture is not None][:MOST]
    wanted = {one.number: one.picture.file_id for one in with_photo if one.picture}
    stored = past.stored(session, set(wanted.values()))
    made: dict[int, tuple[str, bytes]] = {}
    left = iter(stored.items())
    while some := list(islice(left, AT_ONCE)):
        for (file_id, _), content in zip(some, _small(root, [row for _, row in some]), strict=True):
            if content is not None:
                made[file_id] = (name_of(content), content)
    names = {number: made[file_id][0] for number, file_id in wanted.items() if file_id in made}
    return names, dict(made.values())


def name_of(content: bytes) -> str:
    """A name that tells the content."""
    return f"{hashlib.sha256(content).hexdigest()[:32]}.jpg"


def _small(root: Where, rows: Sequence[StoredFile]) -> list[bytes | None]:
    """The photos cut to one shape; None where a file is gone or no picture."""
    store = storage_at(root)
    contents = [store.get(stored_name(row)) or b"" for row in rows]
    fitted: list[bytes | None] = decode("fit_pictures", *contents, shape=SIZE, quality=QUALITY)
    return fitted
