"""What a loser lacked, found by counting again and again, never by a formula.

Each answer is the edge of winning: with it the project wins and one less (one minor unit more) it
does not, both by full counts. Some rules have more than one such edge; the search starts from what
is nearest to the real vote and doubles, so it answers a near one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Ballot, Election, anonymous
from pb_portal.tally.options import Rule
from pb_portal.tally.rules import count

#: Nobody is told that they lacked more voters than this.
MOST_VOTERS: Final = 1_000_000


def voters_lacking(election: Election, rule: str | Rule, ties: Ties, project_id: str) -> int | None:
    """With how many more voters, voting for it alone, a project would have won; None if never."""
    election = anonymous(election)
    points = _full_points(election)

    def wins(voters: int) -> bool:
        more = Ballot((project_id,), points, weight=voters)
        return project_id in count(_with(election, more), rule, ties).selected

    return _edge(wins, MOST_VOTERS)


def highest_cost(election: Election, rule: str | Rule, ties: Ties, project_id: str) -> int | None:
    """At what cost at most a project would have won, in minor units; None if at none.

    Asked of a winner it answers how much dearer it could have been.
    """
    election = anonymous(election)
    (project,) = (one for one in election.projects if one.id == project_id)

    def wins(cost: int) -> bool:
        changed = tuple(
            replace(one, cost=cost) if one is project else one for one in election.projects
        )
        return project_id in count(replace(election, projects=changed), rule, ties).selected

    if wins(project.cost):
        cheaper = _edge(lambda more: not wins(project.cost + more), election.budget + 1)
        return None if cheaper is None else project.cost + cheaper - 1
    saving = _edge(lambda less: wins(project.cost - less), project.cost)
    return None if saving is None else project.cost - saving


def _edge(holds: Callable[[int], bool], most: int) -> int | None:
    """A number up to ``most`` for which something holds though it does not for the one before.

    It does not hold for 0.
    """
    low, high = 0, 1
    while high < most and not holds(high):
        low, high = high, high * 2
    high = min(high, most)
    if not holds(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def _with(election: Election, ballot: Ballot) -> Election:
    return replace(election, ballots=(*election.ballots, ballot))


def _full_points(election: Election) -> tuple[int, ...]:
    """All the points one voter can give to one project."""
    if election.vote_type not in ("cumulative", "scoring"):
        return ()
    limits = election.limits
    most = limits.max_points or limits.max_sum_points or 10**election.points_scale
    return (most,)
