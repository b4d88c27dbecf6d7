"""Codes on paper: high entropy, hard to mistype, easy to type."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain.paper_codes import ALPHABET, code_key, new_code, read_code

PLACES = st.integers(0, 15)


def test_codes_are_sixteen_signs_in_groups_and_never_the_same() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set("".join(groups)) <= set(ALPHABET)
        assert read_code(code) == "".join(groups)


def test_every_sign_is_as_likely_as_another() -> None:
    signs = "".join(new_code().replace("-", "")[:15] for _ in range(4000))
    for sign in ALPHABET:
        assert 0.8 < signs.count(sign) / (len(signs) / 32) < 1.2


@given(place=PLACES, other=st.sampled_from(ALPHABET))
def test_any_one_wrong_sign_is_noticed(place: int, other: str) -> None:
    code = new_code().replace("-", "")
    if code[place] != other:
        assert read_code(code[:place] + other + code[place + 1 :]) is None


@given(place=st.integers(0, 13))
def test_neighbours_that_changed_places_are_noticed(place: int) -> None:
    code = new_code().replace("-", "")
    if code[place] != code[place + 1]:
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert read_code(swapped) is None


def test_case_dashes_and_signs_of_the_same_look_do_not_matter() -> None:
    code = next(
        found
        for found in iter(new_code, "")
        if all(sign in found for sign in "0A") and "1" in found
    )
    plain = code.replace("-", "")
    assert read_code(f"  {code.lower()} ") == plain
    assert read_code(code.replace("-", " – ")) == plain
    assert read_code(code.replace("0", "O").replace("1", "l")) == plain
    assert read_code(code.replace("0", "О").replace("A", "А")) == plain, "Cyrillic letters"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    found = read_code(text)
    assert found is None or len(found) == 16


def test_a_stored_code_belongs_to_its_key_and_cycle() -> None:
    code = new_code().replace("-", "")
    assert len({code_key("a", 1, code), code_key("b", 1, code), code_key("a", 2, code)}) == 3
