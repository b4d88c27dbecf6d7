"""The Kazakh personal ID number (ИИН) and the age it is checked against."""

from __future__ import annotations

from datetime import date

_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


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
    digits = "".join(char for char in text if char.isdigit())
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    return f"+7{digits}" if len(digits) == 10 else None


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
