"""What changed between two versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain.changes import changed_fields, word_changes


@given(st.text(alphabet="аб \n.,", max_size=40), st.text(alphabet="аб \n.,", max_size=40))
def test_what_stayed_and_came_is_the_new_text(before: str, after: str) -> None:
    pieces = word_changes(before, after)
    assert "".join(one.text for one in pieces if one.kind != "removed") == after


def test_a_changed_phrase_reads_as_one_phrase() -> None:
    pieces = word_changes("Поставить две старые скамьи.", "Поставить пять новых скамей.")
    assert [(one.kind, one.text) for one in pieces] == [
        ("kept", "Поставить "),
        ("removed", "две старые скамьи"),
        ("added", "пять новых скамей"),
        ("kept", "."),
    ]


def test_very_long_texts_are_compared_by_lines() -> None:
    before, after = "слово " * 3000 + "\nконец", "слово " * 3000 + "\nиное"
    kinds = [one.kind for one in word_changes(before, after)]
    assert kinds == ["kept", "removed", "added"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "Other"}),
        ("category", {"category": {"code": "dumps"}}),
        ("place", {"lat": 43.3}),
        ("estimate", {"lines": []}),
        ("photos", {"pictures": [{"file": 1, "caption": "x"}]}),
    ],
)
def test_a_change_is_named_by_its_field(field: str, change: dict[str, object]) -> None:
    content: dict[str, object] = {
        "title": "Trees",
        "category": {"code": "landscaping"},
        "lat": 43.2,
        "lines": [{"title": "Elm", "quantity": 1000}],
        "pictures": [],
    }
    assert changed_fields(content, {**content, **change}) == [field]
    assert changed_fields(content, dict(content)) == []
