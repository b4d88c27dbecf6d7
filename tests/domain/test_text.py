"""Names are sorted as a Kazakh or Russian reader looks for them."""

from __future__ import annotations

from pb_portal.domain.text import alphabetical


def test_kazakh_letters_stand_beside_their_kin() -> None:
    names = [
        "Тілеу",
        "Қожа",
        "Ғаби",
        "Асқар",
        "Әли",
        "Ким",
        "Гүл",
        "Һәм",
        "Иса",
        "Іле",
        "Ёлка",
        "Ерлан",
    ]
    assert sorted(names, key=alphabetical) == [
        "Асқар", "Әли", "Гүл", "Ғаби", "Ерлан", "Ёлка", "Иса", "Ким", "Қожа", "Тілеу", "Һәм", "Іле",
    ]  # fmt: skip
