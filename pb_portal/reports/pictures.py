"""Small copies of the photos, kept with the report so that they stay as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from pb_portal.files.models import StoredFile
from pb_portal.files.service import name_of as stored_name
from pb_portal.files.storage import Where, storage_at
from pb_portal.reports.queries import past
from pb_portal.reports.queries.past import Standing

SIZE = (480, 320)
QUALITY = 74
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
    for file_id, row in stored.items():
        content = _small(root, row)
        if content is not None:
            made[file_id] = (name_of(content), content)
    names = {number: made[file_id][0] for number, file_id in wanted.items() if file_id in made}
    return names, dict(made.values())


def name_of(content: bytes) -> str:
    """A name that tells the content."""
    return f"{hashlib.sha256(content).hexdigest()[:32]}.jpg"


def _small(root: Where, stored: StoredFile) -> bytes | None:
    """The photo cut to one shape; None when its file is gone."""
    content = storage_at(root).get(stored_name(stored))
    if content is None:
        return None
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))
            fitted = ImageOps.fit(picture.convert("RGB"), SIZE, Image.Resampling.BICUBIC)
    except OSError:
        return None
    target = BytesIO()
    fitted.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()
