"""When an expert council may decide, and when its votes add up."""

from __future__ import annotations

from collections.abc import Collection

from pb_portal.domain.refusal import Refusal

OUTCOMES = ("admit", "reject", "postpone")


def quorum(members: int) -> int:
    """How many of the council's members must be present: more than half."""
    return members // 2 + 1


def check_quorum(present: int, members: int) -> None:
    """Refuse (`council.no_quorum`) a sitting with too few members."""
    needed = quorum(members)
    if present < needed:
        raise Refusal("council.no_quorum", present=present, needed=needed)


def check_votes(
    present: Collection[int],
    conflicted: Collection[int],
    votes_for: int,
    votes_against: int,
    abstained: int,
) -> None:
    """Refuse votes that do not add up: everybody present who declared no conflict of interest
    votes or abstains, and a decision has no more against it than for it."""
    if not set(conflicted) <= set(present):
        raise Refusal("council.conflict_absent", field="conflicted")
    voters = len(set(present)) - len(set(conflicted))
    if voters < 1:
        raise Refusal("council.nobody_left", field="conflicted")
    cast = votes_for + votes_against + abstained
    if min(votes_for, votes_against, abstained) < 0 or cast != voters:
        raise Refusal("council.votes_sum", field="votes_for", cast=cast, voters=voters)
    if votes_for < max(1, votes_against):
        raise Refusal("council.votes", field="votes_for")
