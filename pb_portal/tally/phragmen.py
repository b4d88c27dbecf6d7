"""Phragmén's sequential rule: money flows to everyone alike, and projects are bought as it comes.

Every voter receives money at the same pace. As soon as the supporters of a project hold its cost
together, it is bought and they hold nothing again. The first project that the budget no longer
pays for ends it (``fit=stop``, the default) or is passed over (``fit=skip``). It needs approval
ballots.

Codes beside those of ``outcome``: ``won_in_turn`` with ``round``, ``supporters`` and ``time``, what
everyone had received by then (minor units, rounded down); ``too_late`` with ``time``, when its
supporters would have held its cost, and ``remaining``, ``shortfall`` of the budget when it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from pb_portal.tally import greedy
from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Election, compress
from pb_portal.tally.options import Rule, one_of, refuse_unknown
from pb_portal.tally.outcome import (
    CutOff,
    Explanation,
    Outcome,
    Param,
    Round,
    UnsupportedRule,
)
from pb_portal.tally.scores import votes_of

NAMES: Final = ("phragmen",)
VERSION: Final = "1"

Verdict = tuple[str, dict[str, Param]]


def count(election: Election, rule: Rule, ties: Ties) -> Outcome:
    """Count and explain."""
    refuse_unknown(rule, frozenset({"fit", "threshold"}))
    skip = one_of(rule, "fit", ("stop", "skip")) == "skip"
    if election.vote_type not in ("approval", "choose-1"):
        raise UnsupportedRule(f"Phragmén's rule cannot use “{election.vote_type}” ballots.")
    if any(conflict.kept is None for conflict in election.conflicts):
        raise UnsupportedRule("Phragmén's rule cannot tell which of conflicting projects to keep.")
    return _Count(election, ties, skip).outcome(str(rule))


class _Count:
    def __init__(self, election: Election, ties: Ties, skip: bool) -> None:
        self.election, self.ties, self.skip = election, ties, skip
        self.votes = votes_of(election)
        self.costs = {project.id: project.cost for project in election.projects}
        self.rank = {one: place for place, one in enumerate(ties.order)}
        self.verdicts: dict[str, Verdict] = {}
        walker = greedy.Walk(election, greedy.Greedy(), self.votes)
        for project in election.projects:
            if (reason := walker.not_standing(project)) is not None:
                self.verdicts[project.id] = reason
            elif project.cost > election.budget:
                short = project.cost - election.budget
                self.verdicts[project.id] = (
                    "over_budget",
                    {"budget": election.budget, "shortfall": short},
                )
        self.waiting = [one for one in self.costs if one not in self.verdicts]
        self.left = election.budget
        self.selected: list[str] = []
        self.rounds: list[Round] = []

    def outcome(self, name: str) -> Outcome:
        self.run()
        order = [
            *self.selected,
            *sorted(
                (one for one in self.costs if one not in self.selected),
                key=lambda one: (-self.votes[one], self.rank[one]),
            ),
        ]
        total = self.election.budget - self.left
        losers = order[len(self.selected) :]
        last, first = self.selected[-1:], losers[:1]
        return Outcome(
            rule=name,
            choices={
                "version": VERSION,
                "scoring": "votes",
                "does not fit": "skipped" if self.skip else "ends the count",
                "threshold": str(self.election.limits.min_score),
                "ties": self.ties.name,
            },
            budget=self.election.budget,
            selected=tuple(self.selected),
            total_cost=total,
            outside_cost=0,
            explanations=tuple(
                Explanation(one, self.votes[one], place, self.costs[one], *self.verdicts[one])
                for place, one in enumerate(order, start=1)
            ),
            cut_off=CutOff(
                last_winner=last[0] if last else None,
                last_winner_score=self.votes[last[0]] if last else None,
                first_loser=first[0] if first else None,
                first_loser_score=self.votes[first[0]] if first else None,
                money_left=self.left,
            ),
            rounds=tuple(self.rounds),
        )

    def run(self) -> None:
        """Buy until the budget ends it; ``since`` is when a ballot last held nothing."""
        groups = [(set(one.choices), one.weight) for one in compress(self.election.ballots)]
        since: dict[str, dict[Fraction, int]] = {one: {} for one in self.waiting}
        emptied = [Fraction(0)] * len(groups)
        members: dict[str, list[int]] = {one: [] for one in self.waiting}
        for number, (choices, weight) in enumerate(groups):
            for one in choices:
                if one in since:
                    since[one][emptied[number]] = since[one].get(emptied[number], 0) + weight
                    members[one].append(number)
        while self.waiting:
            times = {one: self.due(one, since[one]) for one in self.waiting}
            winner = min(self.waiting, key=lambda one: (times[one], self.rank[one]))
            if self.costs[winner] > self.left:
                if not self.skip:
                    break
                self.waiting.remove(winner)
                self.verdicts[winner] = self.late(winner, times)
                continue
            self.buy(winner, times[winner])
            for number in members[winner]:
                choices, weight = groups[number]
                for one in choices.intersection(since):
                    held = since[one]
                    held[emptied[number]] -= weight
                    held[times[winner]] = held.get(times[winner], 0) + weight
                emptied[number] = times[winner]
        times = {one: self.due(one, since[one]) for one in self.waiting}
        for one in self.waiting:
            self.verdicts[one] = self.late(one, times)

    def due(self, project_id: str, since: Mapping[Fraction, int]) -> Fraction:
        """When the supporters of a project hold its cost."""
        voters = sum(since.values())
        return (self.costs[project_id] + sum(at * n for at, n in since.items())) / Fraction(voters)

    def buy(self, project_id: str, time: Fraction) -> None:
        self.left -= self.costs[project_id]
        self.waiting.remove(project_id)
        self.selected.append(project_id)
        supporters = self.votes[project_id]
        self.rounds.append(Round(project_id, int(time), supporters))
        self.verdicts[project_id] = (
            "won_in_turn",
            {"round": len(self.selected), "supporters": supporters, "time": int(time)},
        )

    def late(self, project_id: str, times: Mapping[str, Fraction]) -> Verdict:
        return "too_late", {
            "time": int(times[project_id]),
            "remaining": self.left,
            "shortfall": max(0, self.costs[project_id] - self.left),
        }
