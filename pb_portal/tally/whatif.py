"""What a loser lacked, found by counting again and again, never by a formula.

Each answer is the edge of winning: with it the project wins and one less (one minor unit more) it
does not, both by full counts. Some rules have more than one such edge; the search starts from what
is nearest to the real vote and doubles, so it answers a near one. Greedy rules look at nothing but
scores, so they are counted from these.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Ballot, Election, anonymous
from pb_portal.tally.options import Rule
from pb_portal.tally.rules import GREEDY, count, parse_rule
from pb_portal.tally.scores import scores_of, scoring_of

#: Nobody is told that they lacked more voters than this.
MOST_VOTERS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Edges:
    """How far a project was from the other outcome.

    ``voters``: with how many more voters for it alone a loser would have won; ``cost``: at what
    cost at most a project wins, in minor units. None: never.
    """

    voters: int | None
    cost: int | None


class OutOfTimeError(RuntimeError):
    """The seconds allowed are over."""


def edges(
    election: Election,
    rule: str | Rule,
    ties: Ties,
    seconds: float | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Edges]:
    """The edges of all projects but the withdrawn, in their order.

    ``seconds`` ends the search; projects that were not worked out by then are left out. A count
    that has begun is finished first.
    """
    ends = None if seconds is None else clock() + seconds
    trials = _Trials(election, rule, ties, lambda: ends is not None and clock() >= ends)
    found: dict[str, Edges] = {}
    try:
        winners = trials.winners(trials.election.ballots, {})
        for project in election.projects:
            if not project.withdrawn:
                voters = None if project.id in winners else trials.voters_lacking(project.id)
                found[project.id] = Edges(voters, trials.highest_cost(project.id))
    except OutOfTimeError:
        pass
    return found


def voters_lacking(election: Election, rule: str | Rule, ties: Ties, project_id: str) -> int | None:
    """With how many more voters, voting for it alone, a project would have won; None if never."""
    return _Trials(election, rule, ties).voters_lacking(project_id)


def highest_cost(election: Election, rule: str | Rule, ties: Ties, project_id: str) -> int | None:
    """At what cost at most a project would have won, in minor units; None if at none.

    Asked of a winner it answers how much dearer it could have been.
    """
    return _Trials(election, rule, ties).highest_cost(project_id)


class _Trials:
    """Full counts of one election with something changed."""

    def __init__(
        self,
        election: Election,
        rule: str | Rule,
        ties: Ties,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.rule = parse_rule(rule) if isinstance(rule, str) else rule
        self.ties, self.is_over = ties, is_over
        self.points = _full_points(election)
        if self.rule.name in GREEDY:
            self.election, self.rule, self.worth = _from_scores(election, self.rule, self.points)
        else:
            self.election, self.worth = anonymous(election), {}

    def voters_lacking(self, project_id: str) -> int | None:
        def wins(voters: int) -> bool:
            weight = voters * self.worth.get(project_id, 1)
            more = Ballot((project_id,), () if self.worth else self.points, weight=weight)
            return project_id in self.winners((*self.election.ballots, more), {})

        return _edge(wins, MOST_VOTERS)

    def highest_cost(self, project_id: str) -> int | None:
        (project,) = (one for one in self.election.projects if one.id == project_id)

        def wins(cost: int) -> bool:
            return project_id in self.winners(self.election.ballots, {project_id: cost})

        if wins(project.cost):
            dearer = _edge(lambda more: not wins(project.cost + more), self.election.budget + 1)
            return None if dearer is None else project.cost + dearer - 1
        saving = _edge(lambda less: wins(project.cost - less), project.cost)
        return None if saving is None else project.cost - saving

    def winners(self, ballots: tuple[Ballot, ...], costs: Mapping[str, int]) -> tuple[str, ...]:
        """Who wins with these ballots and costs."""
        if self.is_over():
            raise OutOfTimeError
        projects = tuple(
            replace(one, cost=costs.get(one.id, one.cost)) for one in self.election.projects
        )
        election = replace(self.election, ballots=ballots, projects=projects)
        return count(election, self.rule, self.ties, draws=False).selected


def _from_scores(
    election: Election, rule: Rule, points: tuple[int, ...]
) -> tuple[Election, Rule, Mapping[str, int]]:
    """The same vote as sums of approvals, and how many of them one more voter gives a project.

    Where somebody takes points away it stays as it is, without sums.
    """
    scoring = scoring_of(election, rule.options.get("scoring", ""))
    scores = scores_of(election, scoring)
    if min(scores.values(), default=0) < 0:
        return anonymous(election), rule, {}
    worth = {
        one: scores_of(replace(election, ballots=(Ballot((one,), points),)), scoring)[one]
        for one in scores
    }
    sums = tuple(Ballot((one,), weight=score) for one, score in scores.items() if score)
    options = {key: value for key, value in rule.options.items() if key != "scoring"}
    approvals = replace(election, ballots=sums, vote_type="approval")
    return approvals, Rule(rule.name, options), worth


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


def _full_points(election: Election) -> tuple[int, ...]:
    """All the points one voter can give to one project."""
    if election.vote_type not in ("cumulative", "scoring"):
        return ()
    limits = election.limits
    most = limits.max_points or limits.max_sum_points or 10**election.points_scale
    return (most,)
