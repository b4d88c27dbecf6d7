"""Finding a word of a list in a text, however it is dressed up.

Case, look-alike letters of the other alphabet, digits for letters, repeated letters and dots or
spaces between the letters make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from pb_portal.domain.text import fold

_ALIKE = str.maketrans(
    {
        **dict(zip("aeopcyxkmthbiu", "аеорсухкмтнвии", strict=True)),
        **dict(zip("әғқңөұүһі", "агкноуухи", strict=True)),
        **dict(zip("03468@$", "озчбвас", strict=True)),
    }
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_BETWEEN = re.compile(r"(?<=[^\W\d_])[.\-_*'’`~·|/\\]+(?=[^\W\d_])", re.UNICODE)


MOST_SPELLED = 200


def skeleton(word: str) -> str:
    """One form for every way of writing a word."""
    plain = unicodedata.normalize("NFKD", fold(word).translate(_ALIKE))
    letters = (mark for mark in plain if not unicodedata.combining(mark))
    return "".join(mark for mark, _ in groupby(letters))


def find_blocked(text: str, words: Iterable[tuple[str, bool]]) -> str | None:
    """The first word of the list that stands in the text; None when there is none.

    A word of the list is (word, whole): as a whole word, or as the beginning of one.
    """
    seen = _forms(text)
    for word, whole in words:
        sought = skeleton(word)
        if sought and any(form == sought if whole else form.startswith(sought) for form in seen):
            return word
    return None


def _forms(text: str) -> set[str]:
    folded = fold(text).replace("@", "а").replace("$", "с")
    found = set(_WORD.findall(folded)) | set(_WORD.findall(_BETWEEN.sub("", folded)))
    found |= set(_spelled(_WORD.findall(folded)))
    return {skeleton(word) for word in found}


def _spelled(tokens: list[str]) -> list[str]:
    """Words spelled letter by letter: д у р а к. Another short word may stand before one."""
    runs = groupby(tokens, key=lambda token: len(token) == 1)
    joined = ["".join(run) for single, run in runs if single]
    return [run[start:] for run in joined for start in range(min(len(run), MOST_SPELLED))]
