"""Members of a bundle as bytes: one spelling of JSON, one way to zip, reading within limits."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from pb_portal.tally.model import ElectionError

#: All members together, unpacked; and how many there may be.
MAX_BYTES: Final = 1000 * 1000 * 1000
MAX_MEMBERS: Final = 5000
_NAME: Final = re.compile(r"(?:areas/)?[A-Za-z0-9][A-Za-z0-9._-]{0,120}", re.ASCII)
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


class BundleError(ElectionError):
    """The file is no result bundle; the message is one sentence."""


def canonical(data: Any) -> bytes:
    """The one spelling of JSON that is hashed and signed: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def pack(members: Mapping[str, bytes]) -> bytes:
    """A zip file whose bytes depend on nothing but its members (and zlib's version).

    Names are sorted, all times are the earliest the format knows, no one owns anything.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(members):
            if not _NAME.fullmatch(name):
                raise BundleError(f"A bundle cannot hold a member called “{name[:60]}”.")
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, members[name], compresslevel=9)
    return target.getvalue()


def unpack(source: BinaryIO | str, max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    """The members; refuses, with a sentence, what is no bundle, is too large or names odd paths."""
    try:
        with zipfile.ZipFile(source) as archive:
            return _members(archive, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BundleError("The file is not a zip archive, or is damaged.") from error


def _members(archive: zipfile.ZipFile, max_bytes: int) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BundleError(f"The bundle has more than {MAX_MEMBERS} members.")
    members: dict[str, bytes] = {}
    left = max_bytes
    for info in infos:
        if not _NAME.fullmatch(info.filename):
            raise BundleError("The bundle has a member whose name is not allowed.")
        if info.filename in members:
            raise BundleError(f"The bundle has two members called {info.filename}.")
        with archive.open(info) as stream:
            data = stream.read(left + 1)
        left -= len(data)
        if left < 0:
            raise BundleError(f"The bundle unpacks to more than {max_bytes // 1_000_000} MB.")
        members[info.filename] = data
    return members


def parse(members: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """A member as a JSON object."""
    if name not in members:
        raise BundleError(f"The bundle has no {name}.")
    try:
        data = json.loads(members[name])
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{name} is not JSON.") from error
    if not isinstance(data, dict):
        raise BundleError(f"{name} is not a JSON object.")
    return data
