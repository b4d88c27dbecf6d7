"""Keyed codes over what says who may vote and who has: rows of the roll, visits, participation.

All are made under a key of the cycle that is derived from the register's key, which is outside the
database. Whoever writes to the database alone can make none of them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

DIGEST_BYTES = 64
_MODULUS = 1 << (8 * DIGEST_BYTES)

RollRow = Sequence[str | int | None]
"""Every column of a row of the roll after its cycle, in the order of the table."""


@lru_cache(maxsize=64)
def cycle_key(register_key: str, cycle_id: int) -> str:
    """The key of one cycle's roll, out of the installation's key of the register."""
    return _keyed(register_key, "roll", str(cycle_id))


def participation_mac(roll_key: str, voter_key: str, channel: str, on: date) -> str:
    """Of "this person took part, by this channel, on this day"."""
    return _keyed(roll_key, "participation", voter_key, channel, on.isoformat())


def entry_mac(roll_key: str, row: RollRow) -> str:
    """Of a row of the roll: whoever is looked up by an altered row is not known."""
    return _keyed(roll_key, "entry", repr(tuple(row)))


def visit_mac(roll_key: str, token_hash: str, voter_key: str, area_id: int, how: str) -> str:
    """Of "the holder of this token proved to be this voter, by this way"."""
    return _keyed(roll_key, "visit", token_hash, voter_key, str(area_id), how)


def handed_mac(roll_key: str, point_id: int, on: date, handed: int, taken_back: int) -> str:
    """Of the number of papers handed out at a point on a day."""
    return _keyed(roll_key, "handed", str(point_id), on.isoformat(), str(handed), str(taken_back))


def record_nonce(roll_key: str, number: int) -> str:
    """What blinds the commitment of a record of papers until the result is certified."""
    return _keyed(roll_key, "record", str(number))


def contents_key(roll_key: str) -> bytes:
    """Enciphers the figures of such records."""
    return bytes.fromhex(_keyed(roll_key, "record contents"))


def removed_mark(roll_key: str, voter_key: str) -> str:
    """Stands for a person whom two people took off the roll, and names nobody without the key."""
    return _keyed(roll_key, "removed", voter_key)


def same(left: str, right: str) -> bool:
    """Compare two codes in equal time."""
    return hmac.compare_digest(left, right)


class RollDigest:
    """A keyed digest of a set of rows that one row can be added to or taken from.

    The sum, modulo 2^512, of HMAC-SHA512 over each row (Clarke et al., MSet-Add-Hash), so that a
    correction costs one row and the order of rows does not matter.
    """

    def __init__(self, roll_key: str, value: str = "") -> None:
        self._key = hmac.digest(roll_key.encode(), b"digest", "sha512")
        self._sum = int(value, 16) if value else 0

    def add(self, rows: Iterable[RollRow]) -> int:
        """Add rows; returns how many."""
        count, total, key = 0, self._sum, self._key
        for row in rows:
            total += int.from_bytes(hmac.digest(key, repr(tuple(row)).encode(), "sha512"))
            count += 1
        self._sum = total % _MODULUS
        return count

    def remove(self, row: RollRow) -> None:
        """Take a row out."""
        value = hmac.digest(self._key, repr(tuple(row)).encode(), "sha512")
        self._sum = (self._sum - int.from_bytes(value)) % _MODULUS

    @property
    def value(self) -> str:
        """As it is stored: 128 hex digits."""
        return f"{self._sum:0{2 * DIGEST_BYTES}x}"


def _keyed(key: str, *parts: str) -> str:
    return hmac.digest(key.encode(), "\x1f".join(parts).encode(), "sha256").hex()
