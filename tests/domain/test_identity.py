"""The IIN, and the keyed hashes that stand for people."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain import identity

ELEVEN = st.text("0123456789", min_size=11, max_size=11)


def test_the_check_digit_follows_the_two_weightings():
    # 8·1 + 5·2 + 1·4 + 1·6 + 3·7 + 1·11 = 60, and 60 mod 11 = 5.
    assert [d for d in range(10) if identity.is_iin(f"85010130001{d}")] == [5]
    assert identity.check_digit("85010130060") == 3  # ten at first, the second weights decide


@given(ELEVEN, st.integers(0, 10), st.integers(1, 9))
def test_a_mistyped_digit_in_the_first_pass_is_seen(body: str, place: int, shift: int):
    digit = identity.check_digit(body)
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    weighted = sum(int(c) * w for c, w in zip(body, range(1, 12), strict=True)) % 11
    again = sum(int(c) * w for c, w in zip(wrong, range(1, 12), strict=True)) % 11
    if digit is not None and weighted < 10 and again < 10:
        assert identity.is_iin(body + str(digit))
        assert not identity.is_iin(wrong + str(digit)) or (weighted - again) % 11 == 0


@pytest.mark.parametrize("text", ["", "12345678901", "1234567890123", "12345678901a", "١" * 12])
def test_what_is_not_twelve_digits_is_no_iin(text: str):
    assert not identity.is_iin(text)


@pytest.mark.parametrize(
    ("iin", "born", "agrees"),
    [
        ("900531300000", date(1990, 5, 31), True),
        ("900531500000", date(1990, 5, 31), False),
        ("050131500000", date(2005, 1, 31), True),
        ("050131300000", date(2005, 1, 31), False),
        ("900531000000", date(1990, 5, 31), True),
        ("900530300000", date(1990, 5, 31), False),
        ("900531900000", date(1990, 5, 31), False),
    ],
)
def test_the_birth_date_must_be_the_one_inside_the_iin(iin: str, born: date, agrees: bool):
    assert identity.iin_agrees(iin, born) is agrees


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1990-05-31", date(1990, 5, 31)),
        ("31.05.1990", date(1990, 5, 31)),
        ("31/05/1990", date(1990, 5, 31)),
        (" 31 05 1990 ", date(1990, 5, 31)),
        ("31.02.1990", None),
        ("31.05.90", None),
        ("tomorrow", None),
        ("", None),
        ("²¹.05.1990", None),
    ],
)
def test_birth_dates_are_read_as_people_write_them(text: str, found: date | None):
    assert identity.parse_birth_date(text) == found


@pytest.mark.parametrize(
    "text", ["+7 701 123 45 67", "87011234567", "7011234567", "8 (701) 123-45-67"]
)
def test_a_phone_has_one_spelling(text: str):
    assert identity.normal_phone(text) == "+77011234567"


@pytest.mark.parametrize("text", ["", "123", "+1 701 123 45 67 8", "phone"])
def test_what_cannot_be_a_phone_is_none(text: str):
    assert identity.normal_phone(text) is None


def test_a_leap_day_child_is_a_year_older_in_march():
    assert identity.age_on(date(2008, 2, 29), date(2024, 2, 28)) == 15
    assert identity.age_on(date(2008, 2, 29), date(2024, 2, 29)) == 16
    assert identity.age_on(date(2008, 2, 29), date(2025, 2, 28)) == 16
    assert identity.age_on(date(2008, 2, 29), date(2025, 3, 1)) == 17


def test_a_person_has_another_name_in_every_cycle_and_under_every_key():
    names = {
        identity.voter_key("k", 1, "900531300000"),
        identity.voter_key("k", 2, "900531300000"),
        identity.voter_key("other", 1, "900531300000"),
        identity.phone_key("k", 1, "900531300000"),
    }
    assert len(names) == 4
    assert all(len(name) == 64 and "900531" not in name for name in names)


def test_the_phone_in_the_cookie_cannot_be_read_and_comes_back():
    hidden = identity.sealed("secret", "question-1", "+77011234567")
    assert "7701" not in bytes.fromhex(hidden).decode("latin-1")
    assert identity.unsealed("secret", "question-1", hidden) == "+77011234567"
    assert identity.unsealed("secret", "question-2", hidden) != "+77011234567"
    assert identity.unsealed("secret", "question-1", "zz") is None
