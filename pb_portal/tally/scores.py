"""How ballots become a score, under names that an outcome states.

``votes``      one for each project a ballot names (approval, choose-1, knapsack)
``points``     the points a ballot gives (cumulative, scoring)
``borda``      a ranking of k projects gives k to its first, k - 1 to the second, … 1 to the last
``borda-max``  the same, counted down from the longest ballot allowed (``Limits.max_length``)
``borda-all``  the same, counted down from the number of projects

Kraków ranks exactly three, so ``borda`` and ``borda-max`` agree there; where ballots differ in
length, the published scores are ``borda``.
"""

from __future__ import annotations

from typing import Final

from pb_portal.tally.model import Election
from pb_portal.tally.outcome import UnsupportedRule

DEFAULT: Final = {
    "approval": "votes",
    "choose-1": "votes",
    "cumulative": "points",
    "scoring": "points",
    "ordinal": "borda",
}
SCORINGS: Final = ("votes", "points", "borda", "borda-max", "borda-all")


def scoring_of(election: Election, name: str = "") -> str:
    """The scoring to use: the named one if it makes sense for these ballots, else their own."""
    own = DEFAULT[election.vote_type]
    if not name or name == own:
        return own
    if name not in SCORINGS:
        raise UnsupportedRule(f"There is no scoring called “{name}”.")
    if name == "points" or (name.startswith("borda") and election.vote_type != "ordinal"):
        raise UnsupportedRule(f"Ballots of kind “{election.vote_type}” have no score by {name}.")
    return name


def votes_of(election: Election) -> dict[str, int]:
    """How many ballots name each project."""
    votes = dict.fromkeys((project.id for project in election.projects), 0)
    for ballot in election.ballots:
        for choice in ballot.choices:
            votes[choice] += ballot.weight
    return votes


def scores_of(election: Election, scoring: str = "") -> dict[str, int]:
    """The score of each project, in units of ``10 ** -points_scale`` where points are counted."""
    scoring = scoring_of(election, scoring)
    if scoring == "votes":
        return votes_of(election)
    scores = dict.fromkeys((project.id for project in election.projects), 0)
    for ballot in election.ballots:
        points = ballot.points if scoring == "points" else ranks(election, scoring, ballot.choices)
        for choice, point in zip(ballot.choices, points, strict=True):
            scores[choice] += point * ballot.weight
    return scores


def ranks(election: Election, scoring: str, choices: tuple[str, ...]) -> range:
    """What a ranking gives its choices, from the first to the last."""
    first = len(choices)
    if scoring == "borda-max":
        first = max(first, election.limits.max_length or 0)
    elif scoring == "borda-all":
        first = len(election.projects)
    return range(first, first - len(choices), -1)
