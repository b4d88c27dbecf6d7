"""Words as search sees them: case folded, ё as е, endings of Russian and Kazakh taken off."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MARKS = (range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2066, 0x206A))
_TAGS = range(0xE0000, 0xE0080)
_HALVES = range(0xD800, 0xE000)
"""Halves of a UTF-16 pair: JSON can carry one alone, and no database stores it."""
INVISIBLE = dict.fromkeys(
    [*(code for some in (*_MARKS, _TAGS, _HALVES) for code in some), 0xFEFF, 0xAD, 0x061C]
)
CONTROL = {code: None for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in "\n\r\t"}


def clean(text: str) -> str:
    """What a person typed without control, zero-width and direction marks; NFC; trimmed."""
    plain = unicodedata.normalize("NFC", text).translate(INVISIBLE).translate(CONTROL)
    return plain.replace("\r\n", "\n").strip()


def fold(text: str) -> str:
    """Case folded with ё as е; for comparing and sorting words."""
    return clean(text).casefold().replace("ё", "е")


def words(text: str) -> list[str]:
    """Folded words of a text, in order."""
    return WORD.findall(fold(text))


ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
"""Kazakh and Russian letters in the order of the Kazakh alphabet."""
_PLACES = {letter: place for place, letter in enumerate(ALPHABET)}


def alphabetical(text: str) -> tuple[int, ...]:
    """A key that sorts names as a Kazakh or Russian dictionary does, capitals aside."""
    return tuple(
        _PLACES[letter] + 0x400 if letter in _PLACES else ord(letter) for letter in text.casefold()
    )
