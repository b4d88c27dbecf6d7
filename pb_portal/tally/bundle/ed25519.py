"""Checking Ed25519 signatures with the standard library alone.

Follows RFC 8032, section 5.1 (points of the twisted Edwards curve in extended coordinates,
addition by the formulas of section 5.1.4, decoding by 5.1.3, checking by 5.1.7 without the
cofactor). Only public values pass through it, so it need not run in constant time; signing, which
must, is left to the ``cryptography`` package and the one who holds the key.
"""

from __future__ import annotations

import hashlib
from typing import Final

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

#: x, y, z and t with x/z and y/z on the curve and x·y = z·t.
Point = tuple[int, int, int, int]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of a message holds under a public key."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    first, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    key, given = _decode(public_key), _decode(first)
    if key is None or given is None or scalar >= _ORDER:
        return False
    hashed = hashlib.sha512(first + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % _ORDER
    return _same(_times(scalar, _BASE), _add(given, _times(challenge, key)))


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c = 2 * one[3] * two[3] * _D % _P
    d = 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point = _add(point, point)
        scalar >>= 1
    return found


def _same(one: Point, two: Point) -> bool:
    return not (
        (one[0] * two[2] - two[0] * one[2]) % _P or (one[1] * two[2] - two[1] * one[2]) % _P
    )


def _decode(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _base() -> Point:
    point = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert point is not None  # the curve has this point
    return point


_BASE: Final = _base()
