"""Members of a bundle as bytes: one spelling of JSON, one way to zip, reading within limits."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from pb_portal.tally.model import ElectionError

#: All members together, unpacked; one JSON member; and how many members there may be.
MAX_BYTES: Final = 400_000_000
MAX_JSON: Final = 64_000_000
MAX_MEMBERS: Final = 5000
MAX_DEPTH: Final = 40
MAX_DIGITS: Final = 18
_PART: Final = 1 << 20
_NAME: Final = re.compile(r"(?:areas/)?[A-Za-z0-9][A-Za-z0-9._-]{0,120}", re.ASCII)
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED: Final = 0x1
#: What the standard library raises for archives that were tampered with.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, LookupError,
    OverflowError,
)  # fmt: skip


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
    except BundleError:
        raise
    except _DAMAGED as error:
        raise BundleError("The file is not a zip archive, or is damaged.") from error


def _members(archive: zipfile.ZipFile, max_bytes: int) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BundleError(f"The bundle has more than {MAX_MEMBERS} members.")
    members: dict[str, bytes] = {}
    left = max_bytes
    for info in infos:
        _check_info(info, members)
        most = min(left, MAX_JSON) if info.filename.endswith(".json") else left
        data = _read(archive, info, most)
        if data is None:
            raise BundleError(f"The bundle unpacks to more than {most // 1_000_000} MB.")
        left -= len(data)
        members[info.filename] = data
    return members


def _check_info(info: zipfile.ZipInfo, members: Mapping[str, bytes]) -> None:
    if not _NAME.fullmatch(info.filename):
        raise BundleError("The bundle has a member whose name is not allowed.")
    if info.filename in members:
        raise BundleError(f"The bundle has two members called {info.filename}.")
    if info.flag_bits & _ENCRYPTED:
        raise BundleError(f"{info.filename} is encrypted.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleError(f"{info.filename} is packed in a way that is not allowed.")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes | None:
    """A member unpacked bit by bit; None as soon as it is larger than allowed."""
    if info.file_size > most:
        return None
    data = bytearray()
    with archive.open(info) as stream:
        while part := stream.read(_PART):
            data += part
            if len(data) > most:
                return None
    return bytes(data)


def parse(members: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """A member as a JSON object."""
    if name not in members:
        raise BundleError(f"The bundle has no {name}.")
    return parse_json(members[name], name)


def parse_json(data: bytes, name: str) -> dict[str, Any]:
    """A JSON object that can be spelled in one way only; BundleError says what it is instead."""
    value = parse_value(data, name)
    if not isinstance(value, dict):
        raise BundleError(f"{name} is not a JSON object.")
    return value


class _OddError(ValueError):
    """JSON that could be spelled in two ways, or not at all."""


def parse_value(data: bytes, name: str) -> Any:
    """JSON without what has no one spelling: fractions, doubled keys, lone surrogates."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_refuse_fraction,
            parse_int=_whole,
            object_pairs_hook=_pairs,
        )
        if _depth(value) > MAX_DEPTH:
            raise _OddError("it is nested too deep")
        canonical(value)
    except UnicodeError as error:
        raise BundleError(f"{name} is not JSON: its text is not UTF-8.") from error
    except _OddError as error:
        raise BundleError(f"{name} is not JSON as a bundle holds it: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{name} is not JSON.") from error
    return value


def _refuse_constant(word: str) -> None:
    raise _OddError(f"it has {word}")


def _refuse_fraction(text: str) -> None:
    raise _OddError(f"the number {text[:30]} has a fraction")


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _OddError("a number is too long")
    return int(text)


def _pairs(listed: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(listed)
    if len(found) != len(listed):
        raise _OddError("an object names a key twice")
    return found


def _depth(value: Any) -> int:
    """How deep lists and objects are nested, without going down by recursion."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        level = [
            child
            for one in level
            if isinstance(one, (dict, list))
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        depth += 1
    return depth
