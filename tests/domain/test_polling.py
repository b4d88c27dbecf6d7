"""Numbers, equation, states and typed marks of ballots on paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain import polling
from pb_portal.domain.polling import BatchState, Equation, Marks, Verdict
from pb_portal.domain.refusal import Conflict, Refusal

PAPERS = [31, 12, 77, 40]
numbers = st.integers(1, polling.HIGHEST)


@given(numbers)
def test_a_number_is_read_as_it_was_printed(number):
    code = polling.serial_code(number)
    for typed in (code, code.replace("-", ""), code.lstrip("0"), f" {code} "):
        assert polling.serial_of(typed) == number


@given(numbers, st.integers(0, 6), st.integers(1, 9))
def test_every_wrong_digit_is_found(number, place, shift):
    digits = list(polling.serial_code(number).replace("-", ""))
    digits[place] = str((int(digits[place]) + shift) % 10)
    with pytest.raises(Refusal):
        polling.serial_of("".join(digits))


@given(numbers, st.integers(0, 5))
def test_two_digits_that_changed_places_are_found(number, place):
    digits = list(polling.serial_code(number).replace("-", ""))
    if digits[place] == digits[place + 1]:
        return
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    with pytest.raises(Refusal):
        polling.serial_of("".join(digits))


@pytest.mark.parametrize(
    "text", ["", "0", "-", "000000-0", "abc", "²2", "٣٤", "1" * 40, "12 34 56 78 9", "1;2"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Refusal) as refused:
        polling.serial_of(text)
    assert refused.value.code == "polling.serial_wrong"


figures = st.integers(-3, 60)


@given(figures, figures, figures, figures, st.integers(1, 200))
def test_the_equation_holds_exactly_when_the_figures_add_up(cast, spoiled, unused, missing, issued):
    equation = Equation(cast, spoiled, unused, missing)
    holds = min(cast, spoiled, unused, missing) >= 0
    holds = holds and cast + spoiled + unused + missing == issued
    if holds:
        equation.check(issued)
    else:
        with pytest.raises(Refusal):
            equation.check(issued)


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("act", list(polling.MOVES))
def test_a_batch_moves_only_as_the_table_says(state, act):
    origins, target = polling.MOVES[act]
    if state in origins:
        assert polling.moved(state, act) == target
    else:
        with pytest.raises(Conflict):
            polling.moved(state, act)


def test_marks_are_typed_by_their_places_on_the_paper():
    read = polling.read_marks
    assert read("3 1", PAPERS, "approval") == Marks(Verdict.VALID, (31, 77))
    assert read(" 1+3, 2 ", PAPERS, "knapsack").choices == (12, 31, 77)
    assert read("3 1", PAPERS, "ranking").choices == (77, 31)
    assert read("3*5 2*2", PAPERS, "points") == Marks(Verdict.VALID, (12, 77), (2, 5))
    assert read("/1", PAPERS, "points").verdict == Verdict.BLANK
    assert read("/2", PAPERS, "approval").verdict == Verdict.AGAINST_RULES
    assert read("/3", PAPERS, "ranking").verdict == Verdict.UNREADABLE


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "approval"), ("0", "approval"), ("5", "approval"), ("1*2", "approval"),
        ("3", "points"), ("3*", "points"), ("-1", "approval"), ("1 x", "ranking"),
        ("١", "approval"), ("9" * 30, "approval"), ("/4", "approval"), ("1 /1", "approval"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text, kind):
    with pytest.raises(Refusal):
        polling.read_marks(text, PAPERS, kind)


@given(st.text(max_size=40), st.sampled_from(["approval", "knapsack", "ranking", "points"]))
def test_whatever_is_typed_is_read_or_refused(text, kind):
    try:
        marks = polling.read_marks(text, PAPERS, kind)
    except Refusal:
        return
    assert set(marks.choices) <= set(PAPERS)
    again = polling.read_marks(polling.typed(marks, PAPERS), PAPERS, kind)
    assert again == marks


def test_a_sealed_voter_is_read_only_with_the_key():
    voter = "ab" * 32
    token = polling.seal("key", voter)
    assert voter not in token
    assert polling.unseal("key", token) == voter
    assert polling.unseal("another", token) != voter
    assert polling.unseal("key", "no hex at all") == ""
    assert polling.seal("key", voter) != token
