"""Numbers in sentences: every number from 0 to 130 and some beyond, in three languages."""

from __future__ import annotations

from datetime import date

import pytest

from pb_portal.domain.grammar import Rounded, rounded
from pb_portal.domain.grammar import english as en
from pb_portal.domain.grammar import kazakh as kk
from pb_portal.domain.grammar import russian as ru
from pb_portal.domain.grammar.kazakh import Case

ALL = [*range(131), 1000, 1001]
# the endings a Kazakh reader expects, by the last word of the number:
# genitive, dative, locative, ablative, possessive
SPOKEN = {
    "нөл": "дің ге де ден і",
    "бір": "дің ге де ден і",
    "екі": "нің ге де ден сі",
    "үш": "тің ке те тен і",
    "төрт": "тің ке те тен і",
    "бес": "тің ке те тен і",
    "алты": "ның ға да дан сы",
    "жеті": "нің ге де ден сі",
    "сегіз": "дің ге де ден і",
    "тоғыз": "дың ға да дан ы",
    "он": "ның ға да нан ы",
    "жиырма": "ның ға да дан сы",
    "отыз": "дың ға да дан ы",
    "қырық": "тың қа та тан ы",
    "елу": "дің ге де ден і",
    "алпыс": "тың қа та тан ы",
    "жетпіс": "тің ке те тен і",
    "сексен": "нің ге де нен і",
    "тоқсан": "ның ға да нан ы",
    "жүз": "дің ге де ден і",
    "мың": "ның ға да нан ы",
    "миллион": "ның ға да нан ы",
    "миллиард": "тың қа та тан ы",
}


def bare(text: str) -> str:
    """With plain spaces."""
    return text.replace(ru.NO_BREAK, " ").replace(ru.NARROW, " ")


def russian_form(number: int) -> str:
    """Which form goes with the number, told by its last two digits alone."""
    ones = {
        "one": {1, 21, 31, 41, 51, 61, 71, 81, 91},
        "few": {tens + unit for tens in (0, *range(20, 100, 10)) for unit in (2, 3, 4)},
    }
    return next((name for name, set_ in ones.items() if number % 100 in set_), "many")


@pytest.mark.parametrize("number", ALL)
def test_russian_agrees_in_every_case(number: int) -> None:
    form = russian_form(number)
    word = bare(f"{number:,}".replace(",", ru.NARROW))
    nominative = {"one": "проект", "few": "проекта", "many": "проектов"}[form]
    assert bare(ru.counted(number, ru.PROJECT)) == f"{word} {nominative}"
    one = form == "one"
    assert bare(ru.of(number, ru.PROJECT)) == f"{word} {'проекта' if one else 'проектов'}"
    assert bare(ru.to(number, ru.PROJECT)) == f"{word} {'проекту' if one else 'проектам'}"
    assert bare(ru.within(number, ru.DISTRICT)) == f"{word} {'районе' if one else 'районах'}"
    verb = {"one": "завершён", "few": "завершены", "many": "завершено"}[form]
    assert ru.choose(number, "завершён", "завершены", "завершено") == verb


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 проектов"),
        (1, "1 проекта"),
        (2, "2 проектов"),
        (4, "4 проектов"),
        (5, "5 проектов"),
        (11, "11 проектов"),
        (21, "21 проекта"),
        (60, "60 проектов"),
        (61, "61 проекта"),
        (101, "101 проекта"),
        (111, "111 проектов"),
        (112, "112 проектов"),
        (1000, "1 000 проектов"),
        (1001, "1 001 проекта"),
    ],
)
def test_russian_after_more_than(number: int, said: str) -> None:
    assert bare(ru.of(number, ru.PROJECT)) == said


@pytest.mark.parametrize("number", [*ALL, 200, 2000, 10**6, 5 * 10**6, 10**9])
def test_kazakh_numbers_take_the_ending_of_their_last_word(number: int) -> None:
    genitive, dative, locative, ablative, possessive = SPOKEN[kk.last_word(number)].split()
    word = bare(kk.digits(number))
    assert bare(kk.with_ending(number, Case.GENITIVE)) == f"{word}-{genitive}"
    assert bare(kk.with_ending(number, Case.DATIVE)) == f"{word}-{dative}"
    assert bare(kk.with_ending(number, Case.LOCATIVE)) == f"{word}-{locative}"
    assert bare(kk.with_ending(number, Case.ABLATIVE)) == f"{word}-{ablative}"
    assert bare(kk.with_ending(number, Case.POSSESSIVE)) == f"{word}-{possessive}"
    assert bare(kk.counted(number, "жоба")) == f"{word} жоба"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (0, "нөл"),
        (7, "жеті"),
        (10, "он"),
        (11, "бір"),
        (20, "жиырма"),
        (60, "алпыс"),
        (99, "тоғыз"),
        (100, "жүз"),
        (110, "он"),
        (130, "отыз"),
        (200, "жүз"),
        (1000, "мың"),
        (1001, "бір"),
        (1100, "жүз"),
        (30_000, "мың"),
        (100_000, "мың"),
        (10**6, "миллион"),
        (10**9, "миллиард"),
    ],
)
def test_kazakh_knows_the_last_word_of_a_number(number: int, word: str) -> None:
    assert kk.last_word(number) == word


@pytest.mark.parametrize("number", ALL)
def test_rounding_never_says_more_than_is_true(number: int) -> None:
    told = rounded(number)
    if told.more:
        assert told.number % 10 == 0
        assert told.number < number < told.number + 10
    else:
        assert told.number == number


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, Rounded(0, False)),
        (9, Rounded(9, False)),
        (19, Rounded(19, False)),
        (20, Rounded(20, False)),
        (21, Rounded(20, True)),
        (60, Rounded(60, False)),
        (61, Rounded(60, True)),
        (65, Rounded(60, True)),
        (130, Rounded(130, False)),
        (1001, Rounded(1000, True)),
    ],
)
def test_more_than_sixty_is_said_of_sixty_one_to_sixty_nine(number: int, told: Rounded) -> None:
    assert rounded(number) == told


def test_english_and_lists() -> None:
    assert [en.counted(n, "project", "projects") for n in (0, 1, 2, 1001)] == [
        "0 projects",
        "1 project",
        "2 projects",
        "1,001 projects",
    ]
    assert en.listed(["a"]) == "a"
    assert en.listed(["a", "b", "c"]) == "a, b and c"
    assert ru.listed(["а", "б"]) == "а и б"
    assert kk.listed(["а", "б", "в"]) == "а, б және в"


def test_dates_in_three_languages() -> None:
    day = date(2026, 10, 25)
    assert en.full_date(day) == "25 October 2026"
    assert bare(ru.full_date(day)) == "25 октября 2026 года"
    assert bare(kk.full_date(day)) == "2026 жылғы 25 қазан"
    assert bare(kk.as_of(day)) == "2026 жылғы 25 қазандағы"


def test_kazakh_months_in_the_dative() -> None:
    said = [bare(kk.full_date(date(2026, month, 1), Case.DATIVE)) for month in range(1, 13)]
    assert [text.split()[-1] for text in said] == [
        "қаңтарға", "ақпанға", "наурызға", "сәуірге", "мамырға", "маусымға",
        "шілдеге", "тамызға", "қыркүйекке", "қазанға", "қарашаға", "желтоқсанға",
    ]  # fmt: skip
    assert kk.as_of(date(2026, 4, 1)).endswith("сәуірдегі")
    assert kk.as_of(date(2026, 9, 1)).endswith("қыркүйектегі")
