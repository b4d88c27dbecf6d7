"""The Kazakh personal ID number (ИИН), the age it tells, and the keyed hashes that stand for it."""

from __future__ import annotations

import hmac
import re
from datetime import date

PHONE, PAPER_CODE, OPENID, OPERATOR = "phone", "paper_code", "openid", "operator"
WAYS = (PHONE, PAPER_CODE, OPENID, OPERATOR)
"""The ways of proving an identity that a rule book may choose from, in the order they are shown."""

_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
MASKS = 10_000
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


def check_digit(first_eleven: str) -> int | None:
    """Twelfth digit of an IIN by the two-weights rule of Government Decree No. 853 (2003).

    Returns None when both passes give ten: such a number is never issued.
    """
    digits = [int(char) for char in first_eleven]
    for weights in (_FIRST, _SECOND):
        remainder = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def is_iin(text: str) -> bool:
    """Whether the text is twelve digits with the right check digit."""
    if len(text) != 12 or not (text.isascii() and text.isdigit()):
        return False
    return check_digit(text[:11]) == int(text[11])


def normal_phone(text: str) -> str | None:
    """A phone as +7 and ten digits; None when it cannot be one."""
    digits = "".join(char for char in text if char in "0123456789")
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    return f"+7{digits}" if len(digits) == 10 else None


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def iin_agrees(iin: str, born: date) -> bool:
    """Whether the birth date inside an IIN (YYMMDD and the century's digit) is this one.

    The seventh digit 0 belongs to foreigners and says nothing about the century.
    """
    if iin[:6] != f"{born.year % 100:02d}{born.month:02d}{born.day:02d}":
        return False
    century = _CENTURIES.get(iin[6])
    return iin[6] == "0" or century == born.year // 100 * 100


def parse_birth_date(text: str) -> date | None:
    """A date as 1990-05-31 or 31.05.1990 (also with / or spaces); None when it cannot be one."""
    parts = re.split(r"[-./\s]+", text.strip())
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if len(parts[0]) == 4:
        year, month, day = parts
    elif len(parts[2]) == 4:
        day, month, year = parts
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _keyed(key: str, *parts: str) -> str:
    return hmac.digest(key.encode(), "\x1f".join(parts).encode(), "sha256").hex()


def voter_key(key: str, cycle_id: int, iin: str) -> str:
    """The name of a person in one cycle: nobody without the key can go back to the IIN."""
    return _keyed(key, "voter", str(cycle_id), iin)


def alias(key: str, voter: str) -> str:
    """What a page of staff shows instead of a voter key: equal for the same person, and not a part
    of anything stored."""
    return _keyed(key, "alias", voter)[:12]


def birth_proof(key: str, cycle_id: int, iin: str, born: date) -> str:
    """Binds the birth date to the IIN, so that one is worth nothing without the other."""
    return _keyed(key, "proof", str(cycle_id), iin, born.isoformat())


def phone_key(key: str, cycle_id: int, phone: str) -> str:
    """The name of a phone (as `normal_phone` writes it) in one cycle."""
    return _keyed(key, "phone", str(cycle_id), phone)


def code_hash(key: str, code_id: str, code: str, voter: str) -> str:
    """How a one-time code is stored: bound to its own row and to the person it was sent to."""
    return _keyed(key, "code", code_id, code, voter)


def sealed(key: str, code_id: str, phone: str) -> str:
    """A phone made unreadable for the browser to carry until the code is entered.

    The pad is used once, since every code has its own random id. Undone by `unsealed`.
    """
    pad = hmac.digest(key.encode(), f"seal\x1f{code_id}".encode(), "sha256")
    return bytes(a ^ b for a, b in zip(phone.encode(), pad, strict=False)).hex()


def unsealed(key: str, code_id: str, text: str) -> str | None:
    """The phone that `sealed` hid; None when it was tampered with."""
    pad = hmac.digest(key.encode(), f"seal\x1f{code_id}".encode(), "sha256")
    try:
        plain = bytes(a ^ b for a, b in zip(bytes.fromhex(text), pad, strict=False)).decode("ascii")
    except ValueError:
        return None
    return normal_phone(plain)


def same(left: str, right: str) -> bool:
    """Compare two hashes in equal time."""
    return hmac.compare_digest(left, right)


def masked_year(key: str, voter: str, year: int) -> int:
    """A year of birth that only the holder of the key can read, another mask for each voter."""
    return (year + _mask(key, voter)) % MASKS


def unmasked_year(key: str, voter: str, masked: int) -> int:
    """The year behind the mask."""
    return (masked - _mask(key, voter)) % MASKS


def _mask(key: str, voter: str) -> int:
    return int(_keyed(key, "year", voter)[:12], 16) % MASKS
