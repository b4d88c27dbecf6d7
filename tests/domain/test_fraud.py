"""Signs of borrowed identities: Wrocław's pattern raises every one, an ordinary evening none."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pb_portal.domain import fraud
from pb_portal.domain.chance import binomial_tail
from tests.factories.evenings import ordinary_evening, wroclaw

LIMITS = fraud.Thresholds()


def kinds(flags: list[fraud.Flag]) -> set[str]:
    return {flag.kind for flag in flags}


def test_the_pattern_of_wroclaw_raises_every_sign() -> None:
    traces = ordinary_evening(random.Random(1), 3000) + wroclaw(random.Random(2))
    flags = fraud.find_flags(traces, LIMITS)
    groups = {subject: True for subject in fraud.suspects(flags)}
    told = fraud.with_identical(flags, groups)
    assert kinds(told) == set(fraud.KINDS)
    address = next(flag for flag in told if flag.kind == "address")
    assert (address.figures["votes"], address.figures["phones"]) == (320, 65)
    assert address.severity == "high"
    ages = next(flag for flag in told if flag.kind == "ages")
    assert ages.figures["votes"] >= 97 and ages.figures["hours"] == 5


def test_people_of_one_age_over_shared_phones_are_seen_without_a_common_address() -> None:
    traces = ordinary_evening(random.Random(3), 3000)
    for number in range(97):
        traces.append(
            fraud.Trace(
                f"s{number}", 18 + number % 5, f"far{number}", f"net{number}", "",
                f"shared{number // 4}", 1958, 3,
            )
        )  # fmt: skip
    flags = fraud.find_flags(traces, LIMITS)
    assert {(flag.kind, flag.subject) for flag in flags} == {("ages", "everywhere")}


@pytest.mark.parametrize("voters", [500, 3000, 8000])
@pytest.mark.parametrize("seed", range(3))
def test_an_ordinary_evening_raises_almost_nothing(voters: int, seed: int) -> None:
    flags = fraud.find_flags(ordinary_evening(random.Random(seed), voters), LIMITS)
    assert len(flags) <= 2, [(flag.kind, flag.figures) for flag in flags]


def test_known_shared_addresses_are_left_out() -> None:
    traces = wroclaw(random.Random(2))
    flags = fraud.find_flags(traces, LIMITS, known={"bad-address"})
    assert kinds(flags) <= {"phone", "device", "quick", "ages"}


def test_votes_before_an_operator_are_no_sign_of_a_crowded_address() -> None:
    traces = [
        fraud.Trace(f"v{n}", 10, "desk", "net", "tablet", "", 1960 + n % 40, 3, "operator")
        for n in range(300)
    ]
    assert fraud.find_flags(traces, LIMITS) == []


def test_an_address_shifted_within_its_network_is_still_one_place() -> None:
    traces = [
        fraud.Trace(f"v{n}", 10 + n % 5, f"address{n % 60}", "network", f"d{n}", f"p{n // 4}", 0, 3)
        for n in range(240)
    ]
    assert "address" in kinds(fraud.find_flags(traces, LIMITS))


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 99))
def test_the_tail_is_exact(trials: int, least: int, percent: int) -> None:
    chance = Fraction(percent, 100)
    plain = sum(
        comb(trials, k) * chance**k * (1 - chance) ** (trials - k)
        for k in range(least, trials + 1)
    )  # fmt: skip
    assert binomial_tail(trials, least, chance) == plain


traces = st.builds(
    fraud.Trace,
    voter=st.integers(0, 400).map(str),
    hour=st.integers(0, 30),
    address=st.sampled_from(["", "a", "b", "c"]),
    network=st.sampled_from(["", "n", "m"]),
    device=st.sampled_from(["", "d", "e"]),
    phone=st.sampled_from(["", *"pqrstu"]),
    year=st.sampled_from([0, 1950, 1980, 2000]),
    bucket=st.integers(0, 4),
    how=st.sampled_from(["phone", "openid", "operator"]),
)


@settings(max_examples=60)
@given(st.lists(traces, max_size=120, unique_by=lambda one: one.voter), st.randoms())
def test_signs_do_not_depend_on_the_order_and_hold_only_voters_who_are_there(
    group: list[fraud.Trace], chance: random.Random
) -> None:
    first = fraud.find_flags(group, LIMITS)
    mixed = list(group)
    chance.shuffle(mixed)
    second = fraud.find_flags(mixed, LIMITS)
    assert {(f.kind, f.subject) for f in first} == {(f.kind, f.subject) for f in second}
    assert len({(f.kind, f.subject) for f in first}) == len(first)
    everybody = {one.voter for one in group}
    for flag in first:
        assert flag.members and flag.members <= everybody
        assert flag.figures["votes"] == len(flag.members)


def test_no_figure_is_larger_than_the_desk_may_show() -> None:
    crowd = [fraud.Trace(f"v{n}", 9, "a", "n", "d", f"p{n % 9}", 1970, 0) for n in range(7919)]
    for flag in fraud.find_flags(crowd, LIMITS):
        assert all(value <= fraud.MOST_SHOWN + 1 for value in flag.figures.values())


@pytest.mark.parametrize(
    ("ballots", "same"),
    [([(1, 2)] * 9, False), ([(1, 2)] * 10, True), ([(1,)] * 18 + [(2,)] * 2, True),
     ([(1,)] * 17 + [(2,)] * 3, False), ([], False)],
)  # fmt: skip
def test_only_almost_identical_ballots_of_ten_or_more_are_told(ballots: list, same: bool) -> None:
    assert fraud.alike(ballots, 90) is same


def test_three_signs_on_the_same_votes_weigh_more_than_one() -> None:
    one = fraud.Flag("quick", "x", {}, frozenset("abc"))
    flags = [
        one,
        fraud.Flag("burst", "x", {}, frozenset("abc")),
        fraud.Flag("phone", "y", {}, frozenset("d")),
    ]
    assert [flag.severity for flag in fraud.with_identical(flags, {})] == [
        "medium",
        "medium",
        "low",
    ]
