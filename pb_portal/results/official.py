"""The result of a published election: its own winners, explained by its rule as far as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pb_portal.tally import (
    Election,
    Outcome,
    UnsupportedRule,
    city_additions,
    count,
    official_ties,
    votes_of,
)
from pb_portal.tally.outcome import Params

OFFICIAL_WON, OFFICIAL_LOST = "official_won", "official_lost"
OFFICIAL_ADDED = "official_added"
_BY_THE_BUDGET = 1


@dataclass(frozen=True)
class Judged:
    """One project's result and reason."""

    votes: int
    score: int
    rank: int
    cost: int
    selected: bool
    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The result of the whole file.

    `official`: the winners are the file's own; `explained`: the named rule was counted; `differs`:
    projects that the rule decides otherwise than the city did. What the city added of its own, paid
    from other money, is neither the rule's choice nor a difference from it.
    """

    rule: str
    official: bool
    explained: bool
    lines: Mapping[str, Judged]
    differs: frozenset[str]
    spent: int
    outside: int
    cut_off: int | None


def judged(election: Election) -> Verdict:
    """Count by the file's own rule and set its published winners beside it.

    Without published winners the count's own stand; a rule that is not known here is replaced by
    greedy for them, and said so.
    """
    official = any(project.official is not None for project in election.projects)
    outcome, explained = _count(election)
    votes = votes_of(election)
    marks = {project.id: project.official or 0 for project in election.projects}
    lines: dict[str, Judged] = {}
    differs: set[str] = set()
    added = set(city_additions(election, outcome)) if explained else set()
    for one in outcome.explanations:
        selected = bool(marks[one.project_id]) if official else one.selected
        code, params = one.code, one.params
        if one.project_id in added:
            code, params = OFFICIAL_ADDED, {}
        elif selected != one.selected or (official and not explained):
            code, params = (OFFICIAL_WON if selected else OFFICIAL_LOST), {}
        if selected != one.selected and explained and one.project_id not in added:
            differs.add(one.project_id)
        lines[one.project_id] = Judged(
            votes[one.project_id], one.score, one.rank, one.cost, selected, code, params
        )
    spent, outside = _money(
        outcome, lines, marks, own=official and (bool(differs or added) or not explained)
    )
    return Verdict(
        rule=election.rule if explained or official else outcome.rule,
        official=official,
        explained=explained,
        lines=lines,
        differs=frozenset(differs),
        spent=spent,
        outside=outside,
        cut_off=min((line.score for line in lines.values() if line.selected), default=None),
    )


def _count(election: Election) -> tuple[Outcome, bool]:
    ties = official_ties(election)
    try:
        return count(election, election.rule, ties), True
    except UnsupportedRule:
        return count(election, "greedy", ties), False


def _money(
    outcome: Outcome, lines: Mapping[str, Judged], marks: Mapping[str, int], *, own: bool
) -> tuple[int, int]:
    """What winners take from the budget and from outside; by the file's marks where they decide."""
    if not own:
        return outcome.total_cost - outcome.outside_cost, outcome.outside_cost
    spent = sum(line.cost for one, line in lines.items() if marks[one] == _BY_THE_BUDGET)
    outside = sum(line.cost for one, line in lines.items() if marks[one] > _BY_THE_BUDGET)
    return spent, outside
