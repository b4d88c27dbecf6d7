"""Decimal numbers of a file as exact integers in a unit fine enough for all of them."""

from __future__ import annotations

import re
from typing import Final

from pb_portal.tally.pabulib.errors import PabulibError

#: Up to 15 digits before and 6 after the point; a comma is a decimal point where it cannot be
#: a thousands separator.
_NUMBER: Final = re.compile(r"(-?\d{1,15})(?:\.(\d*)|,(\d{1,2}))?", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,15}", re.ASCII)
MAX_DECIMALS: Final = 6


class Number:
    """A decimal number as written: ``mantissa / 10 ** decimals``, without trailing zeros."""

    __slots__ = ("decimals", "mantissa")

    def __init__(self, text: str, field: str, line: int | None, *, negative: bool = False) -> None:
        found = _NUMBER.fullmatch(text)
        whole = found.group(1) if found else ""
        fraction = ((found.group(2) or found.group(3) or "") if found else "").rstrip("0")
        if not found or len(fraction) > MAX_DECIMALS or (whole.startswith("-") and not negative):
            raise PabulibError("number", line, value=text, field=field)
        self.mantissa, self.decimals = int(whole + fraction), len(fraction)

    def scaled(self, scale: int) -> int:
        """The number in units of ``10 ** -scale``."""
        return int(self.mantissa * 10 ** (scale - self.decimals))


def whole_number(text: str, field: str, line: int | None) -> int:
    """A whole number, or PabulibError."""
    if not _WHOLE.fullmatch(text):
        raise PabulibError("whole_number", line, value=text, field=field)
    return int(text)


def decimal_text(amount: int, scale: int) -> str:
    """An amount in units of ``10 ** -scale`` as the shortest decimal text."""
    if scale == 0:
        return str(amount)
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(scale + 1, "0")
    fraction = digits[-scale:].rstrip("0")
    return sign + digits[:-scale] + (f".{fraction}" if fraction else "")
