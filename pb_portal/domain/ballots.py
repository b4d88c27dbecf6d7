"""What a valid ballot is, for every kind and every scope; the portal and paper ask the same.

A ballot has limits of one kind: so many choices, so many places, so many points, or the money of
the budget. They hold for the whole ballot or, where the rule book says so (and always for money),
for the proposals of each area by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook

APPROVAL, KNAPSACK, POINTS, RANKING = "approval", "knapsack", "points", "ranking"
KINDS = (APPROVAL, KNAPSACK, POINTS, RANKING)
OWN_AREA, OWN_AND_ONE, ANYWHERE = "own_area", "own_and_one", "anywhere"
SCOPES = (OWN_AREA, OWN_AND_ONE, ANYWHERE)
MOST_LINES = 2_000
"""More lines than any page of ours sends: refused before anybody asks the database about them."""


@dataclass(frozen=True)
class Paper:
    """A proposal on the ballot: its area, its price, and the budget of the area."""

    area_id: int
    price: int
    budget: int


@dataclass(frozen=True)
class Ballot:
    """A ballot of somebody who lives in an area, as it lies in the box."""

    area_id: int
    choices: tuple[int, ...]
    """Proposal ids: of a ranking in the voter's order, else by id."""
    points: tuple[int, ...] = ()
    """Of a ballot with points: those of each choice."""


def ballot_of(
    rules: RuleBook, area_id: int, choices: Sequence[int], points: Sequence[int] = ()
) -> Ballot:
    """The ballot with its choices in the order in which the box keeps them."""
    if rules.ballot_type == RANKING:
        return Ballot(area_id, tuple(choices))
    if rules.ballot_type != POINTS:
        return Ballot(area_id, tuple(sorted(choices)))
    if len(points) != len(choices):
        raise Refusal("ballot.points_missing")
    pairs = sorted(zip(choices, points, strict=True))
    return Ballot(area_id, tuple(one for one, _ in pairs), tuple(given for _, given in pairs))


def check_ballot(
    rules: RuleBook, ballot: Ballot, papers: Mapping[int, Paper], *, part: bool = False
) -> None:
    """Raise `Refusal` unless the ballot is valid. `papers`: those of its choices that stand in
    the vote. With `part` it is still being made and may hold less than the least."""
    choices = ballot.choices
    if len(set(choices)) != len(choices):
        raise Refusal("ballot.repeated")
    if not all(one in papers for one in choices):
        raise Refusal("ballot.not_on_ballot")
    _check_scope(rules, ballot, {papers[one].area_id for one in choices})
    if rules.ballot_type == POINTS:
        _check_points(rules, ballot, part=part)
    _check_most(rules, ballot, papers)
    if part:
        return
    if len(choices) < rules.min_choices:
        raise Refusal("ballot.too_few", least=rules.min_choices)
    if rules.ballot_type == POINTS and rules.spend_all:
        _check_all_spent(rules, ballot, papers)


def areas_without_ballot(rules: RuleBook, papers: Mapping[int, Sequence[Paper]]) -> frozenset[int]:
    """Areas for whose residents no valid ballot exists; `papers` by area, with none where none
    stands."""
    if rules.scope == ANYWHERE:
        every = [paper for own in papers.values() for paper in own]
        return frozenset() if can_be_filled(rules, every) else frozenset(papers)
    others: list[Sequence[Paper]] = [()]
    if rules.scope == OWN_AND_ONE:
        others += papers.values()
    return frozenset(
        area
        for area, own in papers.items()
        if not any(
            can_be_filled(rules, [*own, *(other if other is not own else ())]) for other in others
        )
    )


def can_be_filled(rules: RuleBook, papers: Sequence[Paper]) -> bool:
    """Whether a valid ballot can be made of these proposals."""
    number = len(papers)
    if rules.ballot_type == KNAPSACK:
        number = _affordable(papers)
    if rules.ballot_type == POINTS and rules.spend_all:
        most = min(number, rules.max_choices) * rules.most_points
        if most < rules.max_points:
            return False
    return number >= max(1, rules.min_choices)


def _affordable(papers: Sequence[Paper]) -> int:
    """How many fit, the cheapest first, into the budgets of their areas."""
    left = {paper.area_id: paper.budget for paper in papers}
    number = 0
    for paper in sorted(papers, key=lambda paper: paper.price):
        if paper.price <= left[paper.area_id]:
            left[paper.area_id] -= paper.price
            number += 1
    return number


def check_limits(rules: RuleBook) -> None:
    """Refuse a rule book by which no ballot could be marked, or none that makes sense."""
    if rules.ballot_type not in KINDS:
        raise Refusal("rules.ballot_unknown", field="ballot_type")
    if rules.scope not in SCOPES:
        raise Refusal("rules.scope_unknown", field="scope")
    if rules.ballot_type == RANKING and rules.max_choices < 2:
        raise Refusal("rules.ranking_of_one", field="max_choices")
    if rules.ballot_type == POINTS:
        _check_points_rules(rules)


def _check_points_rules(rules: RuleBook) -> None:
    least, most = rules.least_points, rules.most_points
    if rules.max_points < 1:
        raise Refusal("rules.points_none", field="max_points")
    if not least <= most <= rules.max_points:
        raise Refusal("rules.points_each", field="most_points", most=rules.max_points)
    if least * rules.min_choices > rules.max_points:
        raise Refusal("rules.points_few", field="max_points", needed=least * rules.min_choices)
    if rules.spend_all and most * rules.max_choices < rules.max_points:
        raise Refusal(
            "rules.points_unspendable", field="spend_all", possible=most * rules.max_choices
        )


def by_area(rules: RuleBook) -> bool:
    """Whether the limits hold for each area by itself: money always belongs to an area."""
    return rules.ballot_type == KNAPSACK or (rules.scope != OWN_AREA and rules.limits_by_area)


def taken(rules: RuleBook, ballot: Ballot, papers: Mapping[int, Paper]) -> dict[int | None, int]:
    """How much of its limits a ballot takes: by area, or under None of the whole ballot."""
    weights: Iterable[int] = (1 for _ in ballot.choices)
    if rules.ballot_type == POINTS:
        weights = ballot.points
    elif rules.ballot_type == KNAPSACK:
        weights = (papers[one].price for one in ballot.choices)
    return _sums(rules, ballot, papers, weights)


def limit_of(rules: RuleBook, budget: int) -> int:
    """The limit that `taken` is held against; `budget` is that of the area."""
    if rules.ballot_type == KNAPSACK:
        return budget
    return rules.max_points if rules.ballot_type == POINTS else rules.max_choices


def _sums(
    rules: RuleBook, ballot: Ballot, papers: Mapping[int, Paper], weights: Iterable[int]
) -> dict[int | None, int]:
    apart, sums = by_area(rules), dict[int | None, int]()
    for one, weight in zip(ballot.choices, weights, strict=True):
        place = papers[one].area_id if apart else None
        sums[place] = sums.get(place, 0) + weight
    return sums


def _check_scope(rules: RuleBook, ballot: Ballot, areas: set[int]) -> None:
    others = areas - {ballot.area_id}
    if rules.scope == OWN_AREA and others:
        raise Refusal("ballot.not_on_ballot")
    if rules.scope == OWN_AND_ONE and len(others) > 1:
        raise Refusal("ballot.too_many_areas")


def _check_points(rules: RuleBook, ballot: Ballot, *, part: bool) -> None:
    least, most = rules.least_points, rules.most_points
    if len(ballot.points) != len(ballot.choices):
        raise Refusal("ballot.points_missing")
    for given in ballot.points:
        if given < 1 or given > most or (given < least and not part):
            raise Refusal("ballot.points_each", least=least, most=most)


def _check_most(rules: RuleBook, ballot: Ballot, papers: Mapping[int, Paper]) -> None:
    budgets = {papers[one].area_id: papers[one].budget for one in ballot.choices}
    for place, used in taken(rules, ballot, papers).items():
        limit = limit_of(rules, budgets[place] if place else 0)
        if used > limit:
            raise _over(rules, used, limit)
    if rules.ballot_type == POINTS:
        for count in _sums(rules, ballot, papers, (1 for _ in ballot.choices)).values():
            if count > rules.max_choices:
                raise Refusal(_code("ballot.too_many", rules), most=rules.max_choices, chosen=count)


def _over(rules: RuleBook, used: int, limit: int) -> Refusal:
    if rules.ballot_type == KNAPSACK:
        return Refusal("ballot.over_budget", over=used - limit)
    if rules.ballot_type == POINTS:
        return Refusal(_code("ballot.points_over", rules), most=limit, over=used - limit)
    return Refusal(_code("ballot.too_many", rules), most=limit, chosen=used)


def _code(code: str, rules: RuleBook) -> str:
    return f"{code}_in_area" if by_area(rules) else code


def _check_all_spent(rules: RuleBook, ballot: Ballot, papers: Mapping[int, Paper]) -> None:
    for used in taken(rules, ballot, papers).values():
        if used < rules.max_points:
            raise Refusal(_code("ballot.points_left", rules), left=rules.max_points - used)
