"""A second count, short enough to read aloud, that shares no code with the first."""

from __future__ import annotations

import hashlib
from fractions import Fraction

from pb_portal.tally import Election

PLAIN = frozenset({"greedy", "greedy-threshold", "greedy-no-skip", "greedy-per-cost"})


def winners(election: Election, seed: bytes) -> set[str]:
    """Ids of the projects that win by a greedy rule of `PLAIN`, ties by the lot of the seed."""
    score = dict.fromkeys((project.id for project in election.projects), 0)
    for ballot in election.ballots:
        for place, choice in enumerate(ballot.choices):
            score[choice] += ballot.weight * _worth(election, ballot.points, ballot.choices, place)

    def before(project_id: str) -> tuple[Fraction, bytes]:
        value = Fraction(score[project_id])
        if election.rule == "greedy-per-cost":
            value = value / cost[project_id] if cost[project_id] else value * 10**18
        return -value, hashlib.sha256(seed + project_id.encode()).digest()

    cost = {project.id: project.cost for project in election.projects}
    left, won = election.budget, set[str]()
    for project_id in sorted(score, key=before):
        if score[project_id] == 0 or score[project_id] < election.limits.min_score:
            continue
        if cost[project_id] <= left:
            left -= cost[project_id]
            won.add(project_id)
        elif election.rule == "greedy-no-skip":
            break
    return won


def _worth(
    election: Election, points: tuple[int, ...], choices: tuple[str, ...], place: int
) -> int:
    if election.vote_type == "cumulative":
        return points[place]
    return len(choices) - place if election.vote_type == "ordinal" else 1
