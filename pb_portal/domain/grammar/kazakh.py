"""Kazakh: the noun after a number stays as it is; the number itself takes endings.

An ending follows the last word of the number as it is spoken: its vowels (back or front) and its
last sound (vowel, voiced, nasal, voiceless). So 60-тан (алпыстан), 20-дан (жиырмадан), 9-ы.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

NARROW = "\u202f"
NO_BREAK = "\u00a0"

ONES = ("", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз")
TENS = ("", "он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан")
ROUND = ((10**3, "жүз"), (10**6, "мың"), (10**9, "миллион"))
"""A number of whole hundreds ends in the first of these words whose bound does not divide it."""
ZERO = "нөл"

MONTHS = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек",
    "қазан", "қараша", "желтоқсан",
)  # fmt: skip

BACK = set("аоұы")
FRONT = set("әеөүі")
VOWELS = BACK | FRONT
"""Without у and и: at the end of a word they take the endings of a voiced consonant (елуден)."""
NASAL = set("мнң")
VOICELESS = set("кқпстфхцчшщбвгд")
"""By how endings treat them: a word that ends in б, в, г or д takes the voiceless ending."""


class Case(StrEnum):
    """Endings a number takes in these sentences."""

    GENITIVE = "genitive"
    DATIVE = "dative"
    LOCATIVE = "locative"
    ABLATIVE = "ablative"
    POSSESSIVE = "possessive"


# case → ending after (vowel, voiced consonant, nasal, voiceless), with А for а/е and Ы for ы/і
_ENDINGS = {
    Case.GENITIVE: ("нЫң", "дЫң", "нЫң", "тЫң"),
    Case.DATIVE: ("ғА", "ғА", "ғА", "қА"),
    Case.LOCATIVE: ("дА", "дА", "дА", "тА"),
    Case.ABLATIVE: ("дАн", "дАн", "нАн", "тАн"),
    Case.POSSESSIVE: ("сЫ", "Ы", "Ы", "Ы"),
}
_FRONTED = str.maketrans({"А": "е", "Ы": "і", "ғ": "г", "қ": "к"})
_BACKED = str.maketrans({"А": "а", "Ы": "ы"})


def last_word(number: int) -> str:
    """The word with which the number ends when it is read aloud."""
    if number == 0:
        return ZERO
    if number % 10:
        return ONES[number % 10]
    if number % 100:
        return TENS[number % 100 // 10]
    return next((word for bound, word in ROUND if number % bound), "миллиард")


def is_front(word: str) -> bool:
    """Whether the last syllable is a front one, which decides between -дан and -ден."""
    return next((letter in FRONT for letter in reversed(word) if letter in VOWELS), True)


def ending(word: str, case: Case) -> str:
    """The ending this word takes: алпыс, ABLATIVE → тан."""
    vowel, voiced, nasal, voiceless = _ENDINGS[case]
    last = word[-1]
    if last in VOWELS:
        form = vowel
    elif last in NASAL:
        form = nasal
    elif last in VOICELESS:
        form = voiceless
    else:
        form = voiced
    return form.translate(_FRONTED if is_front(word) else _BACKED)


def digits(number: int) -> str:
    """The number by thousands, which no line breaks apart."""
    return f"{number:,}".replace(",", NARROW)


def with_ending(number: int, case: Case) -> str:
    """60, ABLATIVE → 60-тан; 32, POSSESSIVE → 32-сі."""
    return f"{digits(number)}-{ending(last_word(number), case)}"


def counted(number: int, noun: str) -> str:
    """32 жоба: after a number the noun has no plural."""
    return f"{digits(number)}{NO_BREAK}{noun}"


def listed(parts: list[str]) -> str:
    """«а», «а және б», «а, б және в»."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} және {parts[-1]}"


def full_date(day: date, case: Case | None = None) -> str:
    """2026 жылғы 25 қазан; DATIVE → 25 қазанға; LOCATIVE → 25 қазанда."""
    month = MONTHS[day.month - 1]
    end = ending(month, case) if case else ""
    return f"{day.year}{NO_BREAK}жылғы {day.day}{NO_BREAK}{month}{end}"


def as_of(day: date) -> str:
    """2026 жылғы 25 қазандағы (the state of that day)."""
    linking = "гі" if is_front(MONTHS[day.month - 1]) else "ғы"
    return full_date(day, Case.LOCATIVE) + linking
