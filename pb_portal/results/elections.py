"""What is counted: ballots, prices and budgets of a cycle as elections, one for each area."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Category, Cycle, CycleArea
from pb_portal.domain.ballots import KNAPSACK, OWN_AREA, POINTS
from pb_portal.domain.placeholders import translate_placeholder
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.small_numbers import Counted, withheld
from pb_portal.proposals.models import Proposal
from pb_portal.tally import Ballot, Election, Limits, Outcome, Project, votes_of

FILE_LANGUAGE = "en"
"""Of what stands in place of a title that was taken down: files are the same for every reader."""

VOTE_TYPES = {
    "approval": "approval",
    "knapsack": "approval",
    "points": "cumulative",
    "ranking": "ordinal",
}
Cast = tuple[int, Sequence[int], Sequence[int]]
"""Area of the voter, choices, points: what `voting.queries.counted_ballots` gives."""
SCALE = 2
"""Decimals of money while it is counted, as in the published files: a rule that grows shares by
the smallest unit must give the same from both."""
Content = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Entry:
    """A proposal on the ballot, as much of it as a count and a file need."""

    id: int
    number: int
    area_id: int
    price: int
    title: str
    category: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class AreaVote:
    """The vote of one area: its money, its proposals and the election made of them."""

    part: CycleArea
    entries: Sequence[Entry]
    election: Election
    minor_units: int
    """Decimals of money in the cycle's own rows."""


def entries_of(session: Session, cycle_id: int) -> list[Entry]:
    """Every proposal on the ballot of a cycle, by number."""
    price = Proposal.reviewed_cost, Proposal.cost
    rows = session.execute(
        select(Proposal.id, Proposal.number, Proposal.area_id, *price, Proposal.title)
        .add_columns(Category.code, Proposal.lat, Proposal.lon)
        .outerjoin(Category, Category.id == Proposal.category_id)
        .where(Proposal.cycle_id == cycle_id, Proposal.status.in_(sorted(ON_BALLOT)))
        .order_by(Proposal.number)
    )
    return [
        Entry(
            one, number or 0, area_id or 0, cost if reviewed is None else reviewed,
            translate_placeholder(title, FILE_LANGUAGE),
            category or "", lat, lon,
        )
        for one, number, area_id, reviewed, cost, title, category, lat, lon in rows
    ]  # fmt: skip


def votes_by_area(
    cycle: Cycle, rules: RuleBook, entries: Sequence[Entry], ballots: Iterable[Cast]
) -> tuple[list[AreaVote], int, int]:
    """The areas' elections, the number of ballots read and how many of them were blank.

    A ballot that names proposals of several areas counts in each of them for its own.
    """
    area_of = {entry.id: entry.area_id for entry in entries}
    cast = Counter((home, tuple(choices), tuple(points)) for home, choices, points in ballots)
    contents: dict[int, Counter[Content]] = {part.area_id: Counter() for part in cycle.areas}
    for (home, choices, points), weight in cast.items():
        if not area_of.keys() >= set(choices):
            raise Refusal("result.stray_choice")
        for area_id, content in _split(rules, home, choices, points, area_of):
            contents[area_id][content] += weight
    votes = [
        _area_vote(cycle, rules, part, entries, contents[part.area_id]) for part in cycle.areas
    ]
    blank = sum(weight for (_, choices, _points), weight in cast.items() if not choices)
    return votes, cast.total(), blank


def _split(
    rules: RuleBook,
    home: int,
    choices: tuple[int, ...],
    points: tuple[int, ...],
    area_of: dict[int, int],
) -> Iterable[tuple[int, Content]]:
    """What a ballot says to each area: places of a ranking are those among that area's own.

    Where voters choose among areas, one who names nothing of the own area is no voter of it.
    """
    areas = [area_of[choice] for choice in choices]
    if rules.scope == OWN_AREA or not areas:
        areas.insert(0, home)
    for area_id in dict.fromkeys(areas):
        kept = [at for at, choice in enumerate(choices) if area_of[choice] == area_id]
        own = tuple(choices[at] for at in kept)
        yield area_id, (own, tuple(points[at] for at in kept) if points else ())


def _area_vote(
    cycle: Cycle,
    rules: RuleBook,
    part: CycleArea,
    entries: Sequence[Entry],
    contents: Counter[Content],
) -> AreaVote:
    own = [entry for entry in entries if entry.area_id == part.area_id]
    names = {entry.id: str(entry.number) for entry in own}
    unit = 10 ** max(0, SCALE - cycle.minor_units)
    ballots = tuple(
        Ballot(tuple(names[one] for one in choices), points, weight=weight)
        for (choices, points), weight in sorted(contents.items())
    )
    election = Election(
        projects=tuple(_project(entry, unit) for entry in own),
        ballots=ballots,
        budget=part.budget * unit,
        vote_type=VOTE_TYPES[rules.ballot_type],
        rule=rules.rule_of(part.area.code),
        limits=_limits(rules, part.budget * unit),
        currency=cycle.currency,
        scale=max(SCALE, cycle.minor_units),
    )
    return AreaVote(part, own, election, cycle.minor_units)


def unit_of(vote: AreaVote) -> int:
    """How many units of the count make one of the cycle's."""
    return int(10 ** (vote.election.scale - vote.minor_units))


def _project(entry: Entry, unit: int) -> Project:
    placed = entry.lat is not None and entry.lon is not None
    return Project(
        id=str(entry.number),
        cost=entry.price * unit,
        name=entry.title,
        category=(entry.category,) if entry.category else (),
        latitude=str(entry.lat) if placed else "",
        longitude=str(entry.lon) if placed else "",
    )


def _limits(rules: RuleBook, budget: int) -> Limits:
    """What the part of a ballot that speaks to one area had to keep to. A least of choices or
    points holds for the whole ballot, so it says nothing about the part."""
    whole = rules.scope == OWN_AREA
    limits = Limits(
        min_length=rules.min_choices if whole else None,
        max_length=rules.max_choices,
        min_score=rules.minimum_votes,
    )
    if rules.ballot_type == KNAPSACK:
        return replace(limits, max_length=None, max_sum_cost=budget)
    if rules.ballot_type == POINTS and rules.max_points:
        return replace(
            limits,
            min_points=rules.least_points,
            max_points=rules.most_points,
            min_sum_points=rules.max_points if whole and rules.spend_all else None,
            max_sum_points=rules.max_points,
        )
    return limits


def withheld_from(rules: RuleBook, votes: Sequence[AreaVote]) -> frozenset[str]:
    """Codes of areas whose figures are not published."""
    areas = {
        vote.part.area_id: Counted(
            vote.part.area.code, vote.election.voters, list(votes_of(vote.election).values())
        )
        for vote in votes
    }
    return frozenset(areas[one].code for one in withheld(areas, rules).figures)


def input_digest(
    seed: bytes,
    rules_digest: str,
    votes: Sequence[AreaVote],
    root: str = "",
    hidden: Collection[str] = (),
) -> str:
    """SHA-256(seed ‖ canonical JSON of all that is counted).

    Seed and digest are published, and a few ballots could be found by trying. So those of `hidden`
    areas stand in it as the root of the ledger, whose leaves nobody opens without the box's key.
    """
    areas = [
        {
            "area": vote.part.area.code,
            "budget": vote.part.budget,
            "projects": [[str(entry.number), entry.price] for entry in vote.entries],
            "ballots": root
            if vote.part.area.code in hidden
            else [
                [ballot.choices, ballot.points, ballot.weight] for ballot in vote.election.ballots
            ],
        }
        for vote in votes
    ]
    return _digest(seed, {"rules": rules_digest, "areas": areas})


def result_digest(
    seed: bytes, outcomes: Sequence[tuple[str, Outcome]], hidden: Collection[str] = ()
) -> str:
    """SHA-256(seed ‖ canonical JSON of the result by area); of `hidden` areas only who won."""
    areas = [
        {
            "area": code,
            "rule": outcome.rule,
            "projects": [
                [one.project_id, one.rank, one.score, one.cost, one.code]
                for one in outcome.explanations
            ]
            if code not in hidden
            else sorted([one.project_id, one.cost, one.selected] for one in outcome.explanations),
        }
        for code, outcome in outcomes
    ]
    return _digest(seed, {"areas": areas})


def _digest(seed: bytes, data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(seed + text.encode()).hexdigest()
