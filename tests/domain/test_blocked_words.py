"""A word of the list is found however it is dressed up, and nothing else is."""

from __future__ import annotations

import pytest

from pb_portal.domain.blocked_words import find_blocked

LIST = [("дурак", False), ("ақымақ", False), ("idiot", False), ("гад", True)]


@pytest.mark.parametrize(
    "text",
    [
        "Сам дурак!",
        "ДУРАКИ все",
        "дyрaк",
        "д у р а к",
        "д.у.р.а.к",
        "ду-рак",
        "дууурааак",
        "ду\u200bрак",
        "дур@к",
        "Акымактар",
        "АҚЫМАҚ",
        "you idiots",
        "1diot i d i o t",
        "вот гад",
    ],
)
def test_a_disguised_word_is_found(text: str) -> None:
    assert find_blocked(text, LIST) is not None


@pytest.mark.parametrize(
    "text", ["Дубрава у реки", "гадание и загадка", "Акация", "идея", "", "😀", "а у р"]
)
def test_an_innocent_text_passes(text: str) -> None:
    assert find_blocked(text, LIST) is None
