"""Words as search sees them: case folded, ё as е, endings of Russian and Kazakh taken off."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+", re.UNICODE)
INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xAD]
)
CONTROL = {code: None for code in range(32) if chr(code) not in "\n\r\t"}


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
