"""Words as search keeps them: folded, with the endings of Russian and Kazakh taken off.

No database stems Kazakh and SQLite does not even fold Cyrillic, so it is done here once, on
writing, and gives the same answers on both engines.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

from pb_portal.domain.placeholders import is_placeholder
from pb_portal.domain.text import words

LONGEST_QUERY = 120
MOST_QUERY_WORDS = 6
_KAZAKH_LETTERS = frozenset("әғқңөұүһі")
_CYRILLIC = re.compile(r"[а-яәғқңөұүһі]+")
_SHORTEST_STEM = 3
_russian = snowballstemmer.stemmer("russian")

_KAZAKH_ENDINGS = sorted(
    (
        # plural
        *("лар", "лер", "дар", "дер", "тар", "тер"),
        # cases
        *("ның", "нің", "дың", "дің", "тың", "тің"),
        *("ға", "ге", "қа", "ке", "на", "не"),
        *("ны", "ні", "ды", "ді", "ты", "ті"),
        *("да", "де", "та", "те", "нда", "нде"),
        *("дан", "ден", "тан", "тен", "нан", "нен"),
        *("мен", "бен", "пен"),
        # whose
        *("ы", "і", "сы", "сі", "ымыз", "іміз", "мыз", "міз", "ыңыз", "іңіз", "ңыз", "ңіз"),
        # of what kind
        *("дағы", "дегі", "тағы", "тегі", "ғы", "гі"),
    ),
    key=len,
    reverse=True,
)
_HARDENED = str.maketrans({"ғ": "қ", "г": "к", "б": "п"})
_LATIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def kazakh_stem(word: str) -> str:
    """The word without Kazakh endings of number, person and case: көгалдандыруды → көгалдандыру."""
    stem, shorter = word, _without_ending(word)
    while shorter != stem:
        stem, shorter = shorter, _without_ending(shorter)
    return stem[:-1] + stem[-1].translate(_HARDENED) if stem else stem


def _without_ending(word: str) -> str:
    for ending in _KAZAKH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=50_000)
def stems(word: str) -> tuple[str, ...]:
    """What a folded word is kept as. A Cyrillic word without Kazakh letters may be of either
    language, so it is kept under both stems."""
    if not _CYRILLIC.fullmatch(word):
        plain = unicodedata.normalize("NFKD", word.translate(_LATIN))
        return ("".join(mark for mark in plain if not unicodedata.combining(mark)),)
    if _KAZAKH_LETTERS.intersection(word):
        return (kazakh_stem(word),)
    found = (_russian.stemWord(word), kazakh_stem(word))
    return found[:1] if found[0] == found[1] else found


def index_of(*texts: str) -> str:
    """The column that search looks in: every stem once, between spaces."""
    said = (text for text in texts if not is_placeholder(text))
    found = dict.fromkeys(stem for text in said for word in words(text) for stem in stems(word))
    return f" {' '.join(found)} " if found else ""


def patterns_of(query: str) -> list[list[str]]:
    """For each word asked for, what to look for in the column (any of them will do).

    A word is matched from its beginning; a number must be the whole number.
    """
    asked = words(query[:LONGEST_QUERY])[:MOST_QUERY_WORDS]
    return [[f" {stem} " if stem.isdigit() else f" {stem}" for stem in stems(w)] for w in asked]


def sought(query: str) -> list[list[tuple[str, bool]]]:
    """For each word asked for: stems of which one will do, and whether the whole word is meant."""
    return [
        [(pattern.strip(), pattern.endswith(" ")) for pattern in some]
        for some in patterns_of(query)
    ]
