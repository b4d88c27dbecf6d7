"""Whether a valid ballot can be made of what stands in the vote, for every kind and scope."""

from __future__ import annotations

import pytest

from pb_portal.domain.ballots import Paper, areas_without_ballot
from pb_portal.domain.rule_book import RuleBook

CHEAP, DEAR = Paper(1, 30, 100), Paper(1, 120, 100)
ELSEWHERE = Paper(2, 30, 100)
ALL_POINTS = {"ballot": {"spend_all": True, "most_points": 3}}


@pytest.mark.parametrize(
    ("rules", "papers", "empty"),
    [
        (RuleBook(), {1: [CHEAP], 2: []}, {2}),
        (RuleBook(), {1: [CHEAP], 2: [ELSEWHERE]}, set()),
        (RuleBook(min_choices=2), {1: [CHEAP], 2: [ELSEWHERE] * 2}, {1}),
        (RuleBook(scope="own_and_one"), {1: [CHEAP], 2: []}, set()),
        (RuleBook(scope="own_and_one", min_choices=3), {1: [CHEAP], 2: [ELSEWHERE]}, {1, 2}),
        (RuleBook(scope="anywhere"), {1: [CHEAP], 2: []}, set()),
        (RuleBook(scope="anywhere"), {1: [], 2: []}, {1, 2}),
        (RuleBook(ballot_type="knapsack"), {1: [DEAR], 2: [ELSEWHERE]}, {1}),
        (RuleBook(ballot_type="knapsack", min_choices=2), {1: [CHEAP, DEAR], 2: []}, {1, 2}),
        (
            RuleBook(ballot_type="points", max_points=10, max_choices=5, options=ALL_POINTS),
            {1: [CHEAP] * 3, 2: [ELSEWHERE] * 4},
            {1},
        ),
        (RuleBook(ballot_type="ranking"), {1: [CHEAP], 2: []}, {2}),
    ],
)
def test_for_whom_there_is_no_ballot(rules, papers, empty):
    assert areas_without_ballot(rules, papers) == empty
