"""An expert council decides with a quorum, and its votes add up."""

from __future__ import annotations

import pytest

from pb_portal.domain.council import check_quorum, check_votes, quorum
from pb_portal.domain.refusal import Refusal


@pytest.mark.parametrize(("members", "needed"), [(1, 1), (2, 2), (3, 2), (9, 5), (10, 6)])
def test_a_quorum_is_more_than_half(members: int, needed: int) -> None:
    assert quorum(members) == needed
    check_quorum(needed, members)
    with pytest.raises(Refusal, match=r"council\.no_quorum"):
        check_quorum(needed - 1, members)


@pytest.mark.parametrize(
    ("conflicted", "votes", "code"),
    [
        ((), (3, 1, 1), ""),
        ((5,), (2, 2, 0), ""),
        ((9,), (5, 0, 0), "council.conflict_absent"),
        ((1, 2, 3, 4, 5), (0, 0, 0), "council.nobody_left"),
        ((), (3, 1, 0), "council.votes_sum"),
        ((), (6, -1, 0), "council.votes_sum"),
        ((5,), (3, 1, 1), "council.votes_sum"),
        ((), (2, 3, 0), "council.votes"),
        ((), (0, 0, 5), "council.votes"),
    ],
)
def test_votes_add_up_to_the_members_who_vote(
    conflicted: tuple[int, ...], votes: tuple[int, int, int], code: str
) -> None:
    if not code:
        check_votes(range(1, 6), conflicted, *votes)
        return
    with pytest.raises(Refusal) as refused:
        check_votes(range(1, 6), conflicted, *votes)
    assert refused.value.code == code
