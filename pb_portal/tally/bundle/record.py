"""A result as data, spelled so that a recount gives the same bytes.

Money is a whole number of the currency, or a decimal number as text (``"12.50"`` is ``"12.5"``);
so are scores where points have fractions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pb_portal.tally.bundle.archive import BundleError
from pb_portal.tally.english import MONEY
from pb_portal.tally.model import Ballot, Conflict, Election, Limits, Project
from pb_portal.tally.options import Rule
from pb_portal.tally.outcome import Outcome, Param
from pb_portal.tally.pabulib.numbers import Number, decimal_text
from pb_portal.tally.scores import scores_of, scoring_of, votes_of

#: Rules that need nothing but scores, so that totals are enough to count by them.
FROM_TOTALS: Final = ("greedy", "greedy-no-skip", "greedy-threshold", "greedy-exclusive")
FROM_TOTALS_TOO: Final = ("greedy-per-cost", "greedy-custom")
#: How the file of an area ends of which only the winners are published.
WINNERS_ONLY: Final = ".winners.json"
#: Params that hold several amounts.
_AMOUNTS: Final = frozenset(("spent",))
_SCORES: Final = frozenset(("threshold", "missing"))


def area_record(
    code: str, election: Election, outcome: Outcome, ballots: int | None
) -> dict[str, Any]:
    """The result of one area; ``ballots`` is how many were cast, blank ones not counted; None where
    that is not published."""
    money, points = election.scale, election.points_scale
    return {
        "code": code,
        "rule": outcome.rule,
        "choices": dict(outcome.choices),
        "currency": election.currency,
        "ballots": ballots,
        "budget": spelled(outcome.budget, money),
        "total_cost": spelled(outcome.total_cost, money),
        "outside_cost": spelled(outcome.outside_cost, money),
        "selected": list(outcome.selected),
        "projects": [
            {
                "id": one.project_id,
                "rank": one.rank,
                "score": spelled(one.score, points),
                "cost": spelled(one.cost, money),
                "selected": one.selected,
                "code": one.code,
                "params": {key: _param(election, key, value) for key, value in one.params.items()},
            }
            for one in outcome.explanations
        ],
        "rounds": [
            {
                "id": one.project_id,
                "share": spelled(one.share, money),
                "supporters": one.supporters,
            }
            for one in outcome.rounds
        ],
    }


def winners_record(code: str, election: Election, outcome: Outcome) -> dict[str, Any]:
    """The result of an area in which so few voted that only its winners are published."""
    money = election.scale
    return {
        "code": code,
        "rule": outcome.rule,
        "currency": election.currency,
        "figures": "withheld",
        "budget": spelled(outcome.budget, money),
        "total_cost": spelled(outcome.total_cost, money),
        "outside_cost": spelled(outcome.outside_cost, money),
        "selected": [one.id for one in election.projects if one.id in outcome.selected],
    }


def candidates(election: Election) -> dict[str, Any]:
    """An area in which so few voted that nothing is published but what stood in the vote."""
    return {
        "budget": spelled(election.budget, election.scale),
        "currency": election.currency,
        "figures": "withheld",
        "projects": [
            {
                "id": one.id,
                "name": one.name,
                "cost": spelled(one.cost, election.scale),
                "withdrawn": one.withdrawn,
            }
            for one in election.projects
        ],
    }


def spelled(amount: int, scale: int) -> int | str:
    """A number of the file's own unit."""
    whole, rest = divmod(amount, 10**scale)
    return decimal_text(amount, scale) if rest else whole


def _param(election: Election, key: str, value: Param) -> Any:
    if key in _AMOUNTS and isinstance(value, tuple):
        return [spelled(int(one), election.scale) for one in value]
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and key in MONEY:
        return spelled(value, election.scale)
    if isinstance(value, int) and key in _SCORES:
        return spelled(value, election.points_scale)
    return value


def can_count_totals(rule: Rule) -> bool:
    """Whether totals are enough to count by a rule."""
    return rule.name in (*FROM_TOTALS, *FROM_TOTALS_TOO) and rule.options.get("scoring") in (
        None,
        "votes",
        "points",
        "borda",
    )


def totals(election: Election, *, uncounted: bool = False) -> dict[str, Any]:
    """An area in which too few voted to publish their ballots: sums, and nothing about a person.

    With ``uncounted`` it does not say how many ballots there were.
    """
    votes = votes_of(election)
    scores = votes if scoring_of(election) == "votes" else scores_of(election)
    return {
        "ballots": None
        if uncounted
        else sum(one.weight for one in election.ballots if one.choices),
        "budget": spelled(election.budget, election.scale),
        "currency": election.currency,
        "vote_type": election.vote_type,
        "min_score": spelled(election.limits.min_score, election.points_scale),
        "awards": election.awards,
        "conflicts": [[list(one.projects), one.kept] for one in election.conflicts],
        "projects": [
            {
                "id": one.id,
                "name": one.name,
                "cost": spelled(one.cost, election.scale),
                "withdrawn": one.withdrawn,
                "votes": votes[one.id],
                "score": spelled(scores[one.id], election.points_scale),
            }
            for one in election.projects
        ],
    }


def from_totals(data: Mapping[str, Any]) -> tuple[Election, int | None]:
    """An election with the scores of the totals, and the number of ballots it stands for; None
    where that is not published."""
    try:
        ballots = data["ballots"]
        return _from_totals(data), None if ballots is None else int(ballots)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BundleError("The totals of an area are not complete.") from error


def _from_totals(data: Mapping[str, Any]) -> Election:
    listed = data["projects"]
    costs = [_number(one["cost"], "cost") for one in listed]
    scores = [_number(one["score"], "score") for one in listed]
    budget, least = _number(data["budget"], "budget"), _number(data["min_score"], "min_score")
    scale = max(2, *(one.decimals for one in (*costs, budget)))
    points_scale = max(0, *(one.decimals for one in (*scores, least)))
    with_points = data["vote_type"] in ("cumulative", "scoring")
    ballots = [
        Ballot((one["id"],), (score.scaled(points_scale),))
        if with_points
        else Ballot((one["id"],), weight=score.scaled(0))
        for one, score in zip(listed, scores, strict=True)
        if score.mantissa
    ]
    election = Election(
        projects=tuple(
            Project(one["id"], cost.scaled(scale), one["name"], withdrawn=one["withdrawn"])
            for one, cost in zip(listed, costs, strict=True)
        ),
        ballots=tuple(ballots),
        budget=budget.scaled(scale),
        vote_type=data["vote_type"],
        currency=data["currency"],
        scale=scale,
        points_scale=points_scale,
        conflicts=tuple(Conflict(tuple(ids), kept) for ids, kept in data["conflicts"]),
        awards=data["awards"],
    )
    return replace(election, limits=Limits(min_score=least.scaled(points_scale)))


def _number(value: object, field: str) -> Number:
    return Number(str(value), field, None, negative=True)
