"""Search words: the same stems for every form people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.proposals.words import index_of, kazakh_stem, patterns_of


def found(query: str, *texts: str) -> bool:
    column = index_of(*texts)
    return all(any(p in column for p in patterns) for patterns in patterns_of(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("озеленение", "План озеленения двора"),
        ("озеленения", "Озеленение"),
        ("көгалдандыру", "Ауланы көгалдандыруды сұраймыз"),
        ("көгалдандыруды", "Көгалдандыру"),
        ("аулалар", "Ауланы абаттандыру"),
        ("ауласында", "аула"),
        ("саябақ", "Саябағымызды жарықтандыру"),
        ("ёлка", "Новогодняя елка"),
        ("ЕЛКИ", "Посадить ёлки"),
        ("скамейки у подъезда", "Скамейка у подъездов дома"),
        ("zolta", "Żółta ławka"),
        ("ŁAWKA", "zielona ławka"),
        ("мектеп", "Мектепке апаратын жол"),
        ("Абай 12", "ул. Абая, 12"),
    ],
)
def test_a_form_finds_another_form(query: str, text: str) -> None:
    assert found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("12", "дом 120"), ("качели", "лавочка"), ("двор фонарь", "двор без света"), ("лар", "аула")],
)
def test_what_is_not_said_is_not_found(query: str, text: str) -> None:
    assert not found(query, text)


def test_a_number_is_matched_whole() -> None:
    assert found("№ 12", "12")
    assert not found("12", "№ 112, № 121")


@pytest.mark.parametrize("word", ["көше", "көшеде", "көшесінде", "көшелерден", "көшенің"])
def test_kazakh_endings_fall_off(word: str) -> None:
    assert kazakh_stem(word) == "көше"


@given(st.text(max_size=200))
def test_whatever_is_typed_gives_safe_patterns(typed: str) -> None:
    for patterns in patterns_of(typed):
        assert patterns
        assert not any(mark in pattern for pattern in patterns for mark in "%_\\\0")


@given(st.text(min_size=1, max_size=60))
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    assert found(text, text)
