"""The MACs of seals, under keys that come from a secret outside the database."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """What a record says of a row at one revision."""

    table: str
    row_key: str
    revision: int
    deleted: bool
    reason: str
    contents: bytes


class SealKey:
    """Three keys out of one secret: for rows, for records and for batches."""

    __slots__ = ("_batches", "_records", "_rows")

    def __init__(self, secret: str) -> None:
        self._rows, self._records, self._batches = (
            hmac.digest(secret.encode(), b"portal seals: " + purpose, "sha256")
            for purpose in (b"rows", b"records", b"batches")
        )

    def name_row(self, table: str, key: Sequence[Any]) -> str:
        """Under which name a row's records lie: its number, or a keyed hash of a longer key, which
        may name a person."""
        if len(key) == 1 and isinstance(key[0], int):
            return str(key[0])
        return self._mac(self._rows, ["name", table, list(key)]).hex()[:32]

    def seal_row(self, table: str, row_key: str, row: Mapping[str, Any]) -> bytes:
        """The MAC over the contents of a row."""
        return self._mac(self._rows, ["row", table, row_key, row])

    def seal_record(self, mark: Mark) -> bytes:
        """The MAC over a record itself, so that one can be checked whose row has changed since."""
        return self._mac(self._records, list(mark))

    def seal_batch(self, number: int, records: Iterable[bytes]) -> str:
        """The root of a batch, in hex. Under a key: an empty batch looks like a full one."""
        state = hmac.new(self._batches, b"%d:" % number, hashlib.sha256)
        for record in records:
            state.update(record)
        return state.hexdigest()

    @staticmethod
    def _mac(key: bytes, told: Any) -> bytes:
        return hmac.digest(key, canonical(told), "sha256")


def canonical(told: Any) -> bytes:
    """One spelling in JSON, on either database and in every time zone."""
    return json.dumps(
        told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_spell
    ).encode("utf-8", "surrogatepass")


def _spell(value: Any) -> str:
    if isinstance(value, bytes):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
