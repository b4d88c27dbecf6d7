"""Names of a file's objects in the store, and which file an object belongs to.

An object is called by its file's key, and for a smaller picture or the original by a sign and a
word after it. A key of today holds letters and digits only, so the sign ends it; keys of older
versions hold any signs of base64, and have 24 of them.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from pb_portal.files.models import StoredFile

TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}
_NAMED = re.compile(r"([\w-]{2})/(\1[\w-]*)\.(?:jpg|png|webp|pdf)", re.ASCII)
_TORN = re.compile(r"[\w-]{2}/\.half-\w+", re.ASCII)


def new_key() -> str:
    """A name nobody can guess, 144 bits, without the sign that separates the parts of a name."""
    return secrets.token_hex(18)


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


def possible_keys(name: str) -> set[str]:
    """Keys of all files an object of this name could belong to, cut before any of its signs or
    not at all. Empty for a name the portal does not give."""
    match = _NAMED.fullmatch(name)
    if match is None:
        return set()
    parts = match[2].split("-")
    return {"-".join(parts[:number]) for number in range(1, len(parts) + 1)}


def is_torn(name: str) -> bool:
    """Whether this is what a crash left of an object being written in a folder."""
    return _TORN.fullmatch(name) is not None


def path_of(root: Path, stored: StoredFile) -> Path:
    """Where the file lies on disk in a local store."""
    return root / name_of(stored)
