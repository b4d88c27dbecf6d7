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

from collections.abc import Mapping, Sequence
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
        """Buy until the budget ends it.

        ``emptied`` tells after which round a ballot last held nothing (0: never), ``since`` counts
        a project's supporters by that, and ``due`` is when they hold its cost.
        """
        groups = [(set(one.choices), one.weight) for one in compress(self.election.ballots)]
        emptied = [0] * len(groups)
        members: dict[str, list[int]] = {one: [] for one in self.waiting}
        for number, (choices, _) in enumerate(groups):
            for one in choices.intersection(members):
                members[one].append(number)
        since = {one: {0: self.votes[one]} for one in self.waiting}
        moments = [Fraction(0)]
        due = {one: self.moment(one, since[one], moments) for one in self.waiting}
        while self.waiting:
            winner = min(self.waiting, key=lambda one: (due[one], self.rank[one]))
            if self.costs[winner] > self.left:
                if not self.skip:
                    break
                self.waiting.remove(winner)
                self.verdicts[winner] = self.late(winner, due[winner])
                continue
            self.buy(winner, due[winner])
            moments.append(due[winner])
            touched: set[str] = set()
            for number in members[winner]:
                choices, weight = groups[number]
                for one in choices.intersection(since):
                    held = since[one]
                    held[emptied[number]] -= weight
                    held[len(self.selected)] = held.get(len(self.selected), 0) + weight
                emptied[number] = len(self.selected)
                touched |= choices
            for one in touched.intersection(self.waiting):
                due[one] = self.moment(one, since[one], moments)
        for one in self.waiting:
            self.verdicts[one] = self.late(one, due[one])

    def moment(
        self, project_id: str, since: Mapping[int, int], moments: Sequence[Fraction]
    ) -> Fraction:
        """When the supporters of a project hold its cost."""
        held = sum(moments[place] * voters for place, voters in since.items() if voters)
        return Fraction(self.costs[project_id] + held) / self.votes[project_id]

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

    def late(self, project_id: str, time: Fraction) -> Verdict:
        return "too_late", {
            "time": int(time),
            "remaining": self.left,
            "shortfall": max(0, self.costs[project_id] - self.left),
        }
