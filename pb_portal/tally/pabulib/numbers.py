"""Decimal numbers of a file as exact integers in a unit fine enough for all of them."""

from __future__ import annotations

import re
from typing import Final

from pb_portal.tally.pabulib.errors import PabulibError

#: Up to 15 digits before and 12 after the point, or as programs write large numbers (``1e+06``); a
#: comma is a decimal point where it cannot be a thousands separator.
_NUMBER: Final = re.compile(r"(-?\d{1,15})(?:\.(\d*)|,(\d{1,2}))?(?:[eE]\+?(\d{1,2}))?", re.ASCII)
_WHOLE: Final = re.compile(r"(-?\d{1,15})(?:\.0*)?", re.ASCII)
MAX_DIGITS: Final = 15
MAX_DECIMALS: Final = 12


class Number:
    """A decimal number as written: ``mantissa / 10 ** decimals``, without trailing zeros."""

    __slots__ = ("decimals", "mantissa")

    def __init__(self, text: str, field: str, line: int | None, *, negative: bool = False) -> None:
        found = _NUMBER.fullmatch(text)
        whole = found.group(1) if found else ""
        fraction = ((found.group(2) or found.group(3) or "") if found else "").rstrip("0")
        larger = int((found.group(4) if found else "") or 0)
        digits = len(whole.lstrip("-").lstrip("0")) + larger
        if not found or digits > MAX_DIGITS or len(fraction) > MAX_DECIMALS + larger:
            raise PabulibError("number", line, value=text, field=field)
        if whole.startswith("-") and not negative:
            raise PabulibError("number", line, value=text, field=field)
        self.decimals = max(0, len(fraction) - larger)
        self.mantissa = int(whole + fraction) * 10 ** max(0, larger - len(fraction))

    def scaled(self, scale: int) -> int:
        """The number in units of ``10 ** -scale``."""
        return int(self.mantissa * 10 ** (scale - self.decimals))

    def equals(self, amount: int, scale: int) -> bool:
        """Whether it is this amount, given in units of ``10 ** -scale``."""
        return bool(self.mantissa * 10**scale == amount * 10**self.decimals)


def whole_number(text: str, field: str, line: int | None) -> int:
    """A whole number, or PabulibError."""
    found = _WHOLE.fullmatch(text)
    if not found:
        raise PabulibError("whole_number", line, value=text, field=field)
    return int(found.group(1))


def decimal_text(amount: int, scale: int) -> str:
    """An amount in units of ``10 ** -scale`` as the shortest decimal text."""
    if scale == 0:
        return str(amount)
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(scale + 1, "0")
    fraction = digits[-scale:].rstrip("0")
    return sign + digits[:-scale] + (f".{fraction}" if fraction else "")
