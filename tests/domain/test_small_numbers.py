"""What is withheld, so that neither a figure nor a difference of figures tells of few people."""

from __future__ import annotations

import pytest

from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.small_numbers import Counted, Withheld, withheld

CODES = {number: f"area-{number}" for number in range(1, 6)}
RULES = RuleBook(max_choices=3)


def of(ballots: list[int], rules: RuleBook = RULES, votes: list[int] | None = None) -> Withheld:
    """Votes that tell nothing of the ballots, unless they are given for the largest area."""
    return withheld(
        {
            area: Counted(CODES[area], number, votes or [number // 3] * 6)
            for area, number in enumerate(ballots, 1)
        },
        rules,
    )


@pytest.mark.parametrize(
    ("ballots", "figures", "counts", "total"),
    [
        ([90, 50], set(), set(), False),
        ([90, 0], set(), set(), False),
        ([10, 90], set(), set(), False),
        ([90, 1, 60], {2}, {2, 3}, False),
        ([90, 1, 0], {2}, {1, 2}, False),
        ([9, 9, 90], {1, 2}, {1, 2}, False),
        ([4, 5, 90, 70], {1, 2}, {1, 2, 4}, False),
        ([90, 1, 12], {2, 3}, {2, 3}, False),
        ([1], {1}, {1}, True),
        ([3, 4], {1, 2}, {1, 2}, True),
        ([3, 0], {1}, {1}, True),
        ([6, 6], {1, 2}, {1, 2}, False),
    ],
)
def test_what_is_withheld(ballots, figures, counts, total):
    found = of(ballots)
    assert (set(found.figures), set(found.counts), found.total) == (figures, counts, total)


@pytest.mark.parametrize(
    "rules",
    [
        RuleBook(max_choices=1),
        RuleBook(min_choices=2, max_choices=2),
        RuleBook(max_choices=3, counting_rule="equal-shares"),
        RuleBook(
            ballot_type="points", max_points=10, max_choices=5,
            options={"ballot": {"spend_all": True}},
        ),
    ],
)  # fmt: skip
def test_where_votes_tell_how_many_voted_they_are_withheld_too(rules):
    assert set(of([90, 1, 60], rules).figures) == {2, 3}


@pytest.mark.parametrize(
    ("votes", "told"),
    [
        ([20] * 6, True),
        ([20] * 9, False),
        ([60, 40, 20, 20, 20], False),
        ([59], False),
        ([20, 20, 20], True),
        ([50, 10, 10, 10, 10], True),
    ],
)
def test_votes_of_the_shield_are_told_when_they_leave_the_small_one_open(votes, told):
    found = of([90, 1, 60], votes=votes)
    assert (3 not in found.figures) == told and 3 in found.counts


def test_the_rule_book_says_what_is_few():
    rules = RuleBook(max_choices=3, options={"smallest_group": 3})
    assert not of([90, 3], rules)
    assert set(of([90, 2], rules).figures) == {2}


@pytest.mark.parametrize("small", range(1, 10))
@pytest.mark.parametrize("other", [1, 5, 9, 10, 11, 500])
def test_no_difference_of_published_numbers_is_a_small_group(small, other):
    for more in (0, 3, 12, 4000):
        ballots = [small, other, more]
        found = of(ballots)
        rest = sum(number for area, number in enumerate(ballots, 1) if area in found.counts)
        assert found.total or (rest >= 10 and len(found.counts) > 1)
