"""Names of a file's objects in the store."""

from __future__ import annotations

from pathlib import Path

from pb_portal.files.models import StoredFile

TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}


def name_of(stored: StoredFile) -> str:
    """The file itself."""
    return f"{stored.key[:2]}/{stored.key}.{'pdf' if stored.is_document else 'jpg'}"


def size_name(stored: StoredFile, width: int, ending: str) -> str:
    """A smaller picture of it."""
    return f"{stored.key[:2]}/{stored.key}-{width}.{ending}"


def original_name(stored: StoredFile) -> str:
    """The picture as it was sent."""
    return f"{stored.key[:2]}/{stored.key}-original.{stored.original}"


def all_names(stored: StoredFile) -> list[str]:
    """Everything the store holds of a file."""
    names = [name_of(stored)]
    names += [size_name(stored, width, ending) for width in stored.sizes for ending in TYPES]
    if stored.original:
        names.append(original_name(stored))
    return names


def key_in(name: str) -> str:
    """The file's key out of the name of one of its objects."""
    stem = Path(name).name.rpartition(".")[0]
    known, _, last = stem.rpartition("-")
    return known if last == "original" or (last.isdigit() and len(last) < 5 and known) else stem


def path_of(root: Path, stored: StoredFile) -> Path:
    """Where the file lies on disk in a local store."""
    return root / name_of(stored)
