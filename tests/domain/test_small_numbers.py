"""What is withheld, so that neither a figure nor a difference of figures tells of few people."""

from __future__ import annotations

import pytest

from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.small_numbers import Withheld, withheld

CODES = {number: f"area-{number}" for number in range(1, 6)}
RULES = RuleBook(max_choices=3)


def of(ballots: list[int], rules: RuleBook = RULES) -> Withheld:
    return withheld(dict(enumerate(ballots, 1)), CODES, rules)


@pytest.mark.parametrize(
    ("ballots", "figures", "counts", "total"),
    [
        ([40, 50], set(), set(), False),
        ([40, 0], set(), set(), False),
        ([10, 40], set(), set(), False),
        ([40, 1, 12], {2}, {2, 3}, False),
        ([40, 1, 0], {2}, {1, 2}, False),
        ([9, 9, 40], {1, 2}, {1, 2}, False),
        ([4, 5, 40, 30], {1, 2}, {1, 2, 4}, False),
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
    assert set(of([40, 1, 12], rules).figures) == {2, 3}


def test_the_rule_book_says_what_is_few():
    rules = RuleBook(max_choices=3, options={"smallest_group": 3})
    assert not of([40, 3], rules)
    assert set(of([40, 2], rules).figures) == {2}


@pytest.mark.parametrize("small", range(1, 10))
@pytest.mark.parametrize("other", [1, 5, 9, 10, 11, 500])
def test_no_difference_of_published_numbers_is_a_small_group(small, other):
    for more in (0, 3, 12, 4000):
        ballots = dict(enumerate([small, other, more], 1))
        found = withheld(ballots, CODES, RULES)
        rest = sum(ballots.values()) - sum(
            number for area, number in ballots.items() if area not in found.counts
        )
        assert found.total or (rest >= 10 and len(found.counts) > 1)
