"""Phragmén's sequential rule: money flows to everyone alike, and projects are bought as it comes.

Every voter receives money at the same pace. As soon as the supporters of a project hold its cost
together, it is bought and they hold nothing again. The first project that the budget no longer
pays for ends it (``fit=stop``, the default) or is passed over (``fit=skip``). It needs approval
ballots; with ``scoring=votes`` any ballot approves all that it names.

Projects whose supporters hold their costs at the same moment are bought in the order of the lot.
The one drawn first takes its supporters' money, and the next may have to wait for more, or find
the budget too small; pabutools' other reading, that such a moment ends the count where the budget
does not pay for all of them, is not taken. A project that costs nothing and has a vote is bought at
the start. A loser has lost the lot if another draw would have made it win (``draws``).

Codes beside those of ``outcome``: ``won_in_turn`` with ``round``, ``supporters`` and ``time``, what
everyone had received by then (minor units, rounded down); ``too_late`` with ``time``, when its
supporters would have held its cost, and ``remaining``, ``shortfall`` of the budget when it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from pb_portal.tally import greedy
from pb_portal.tally.draws import Draw, Pair, find_lost_lots
from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Election, compress
from pb_portal.tally.options import Rule, one_of, refuse_unknown
from pb_portal.tally.outcome import (
    CutOff,
    Explanation,
    Outcome,
    Round,
    UnsupportedRule,
    Verdict,
    lost_lot,
)
from pb_portal.tally.scores import votes_of

NAMES: Final = ("phragmen",)
VERSION: Final = "1"

#: Recounts that tell who lost the lot, times marks on ballots.
MOST_WORK: Final = 5_000_000
#: At least so many of them are made, however large the election.
FEWEST: Final = 8


def count(election: Election, rule: Rule, ties: Ties, *, draws: bool = True) -> Outcome:
    """Count and explain."""
    refuse_unknown(rule, frozenset({"fit", "threshold", "scoring"}))
    skip = one_of(rule, "fit", ("stop", "skip")) == "skip"
    one_of(rule, "scoring", ("votes",))
    approvals = election.vote_type in ("approval", "choose-1")
    if not approvals and "scoring" not in rule.options:
        raise UnsupportedRule(f"Phragmén's rule cannot use “{election.vote_type}” ballots.")
    if any(conflict.kept is None for conflict in election.conflicts):
        raise UnsupportedRule("Phragmén's rule cannot tell which of conflicting projects to keep.")
    counted = _Count(election, ties.order, skip)
    counted.run()
    if draws:
        counted.find_lost_lots()
    return counted.outcome(str(rule), ties.name)


class _Count:
    def __init__(self, election: Election, order: Sequence[str], skip: bool) -> None:
        self.election, self.order, self.skip = election, order, skip
        self.votes = votes_of(election)
        self.costs = {project.id: project.cost for project in election.projects}
        self.rank = {one: place for place, one in enumerate(order)}
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
        #: what was left of the budget when a project was bought or passed over
        self.before: dict[str, int] = {}
        self.equals = _Equals()

    def find_lost_lots(self) -> None:
        """Say so of losers that another draw would have made win."""

        def recount(order: Sequence[str]) -> Draw:
            other = _Count(self.election, order, self.skip)
            other.run()
            return other.draw

        losers = [one for one, (code, _) in self.verdicts.items() if code == "too_late"]
        most = max(FEWEST, MOST_WORK // max(1, sum(self.votes.values())))
        for one, equals in find_lost_lots(self.order, self.draw, recount, losers, most).items():
            self.verdicts[one] = lost_lot(equals, self.costs[one], remaining=self.before[one])

    @property
    def draw(self) -> Draw:
        """The count as one of many draws."""
        return Draw(frozenset(self.selected), tuple(self.equals.relied))

    def behind(self, project_id: str) -> int:
        """What was left of the budget at a project's turn; all of it if it costs more."""
        if self.verdicts[project_id][0] == "over_budget":
            return self.election.budget
        return self.before.get(project_id, self.left)

    def outcome(self, name: str, lot: str) -> Outcome:
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
                "ties": lot,
            },
            budget=self.election.budget,
            selected=tuple(self.selected),
            total_cost=total,
            outside_cost=0,
            explanations=tuple(
                Explanation(
                    one,
                    self.votes[one],
                    place,
                    self.costs[one],
                    *self.verdicts[one],
                    behind=self.behind(one),
                )
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
            self.equals.meet(
                winner, due[winner], [one for one in self.waiting if due[one] == due[winner]],
                self.could_buy,
            )  # fmt: skip
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
        self.equals.close()
        for one in self.waiting:
            self.verdicts[one] = self.late(one, due[one])

    def could_buy(self, project_id: str) -> bool:
        """Whether a project would be bought if its moment were now, or end the count."""
        return not self.skip or self.costs[project_id] <= self.left

    def moment(
        self, project_id: str, since: Mapping[int, int], moments: Sequence[Fraction]
    ) -> Fraction:
        """When the supporters of a project hold its cost."""
        held = sum(moments[place] * voters for place, voters in since.items() if voters)
        return Fraction(self.costs[project_id] + held) / self.votes[project_id]

    def buy(self, project_id: str, time: Fraction) -> None:
        self.equals.bought(project_id)
        self.before[project_id] = self.left
        self.left -= self.costs[project_id]
        self.waiting.remove(project_id)
        self.selected.append(project_id)
        supporters = self.votes[project_id]
        self.rounds.append(Round(project_id, int(time), supporters, self.left))
        self.verdicts[project_id] = (
            "won_in_turn",
            {"round": len(self.selected), "supporters": supporters, "time": int(time)},
        )

    def late(self, project_id: str, time: Fraction) -> Verdict:
        self.before[project_id] = self.left
        return "too_late", {
            "time": int(time),
            "remaining": self.left,
            "shortfall": max(0, self.costs[project_id] - self.left),
        }


class _Equals:
    """Projects whose moment is the same: their order matters unless all of them are bought then."""

    def __init__(self) -> None:
        self.relied: list[Pair] = []
        self.moment: Fraction | None = None
        self.noted: list[Pair] = []
        self.left: set[str] = set()

    def meet(
        self, first: str, moment: Fraction, equals: list[str], could_buy: Callable[[str], bool]
    ) -> None:
        """A project is the first of its equals at a moment."""
        equals = [one for one in equals if could_buy(one)]
        if moment != self.moment:
            self.close()
            self.moment, self.left = moment, set(equals)
        if could_buy(first):
            self.noted += [(first, one) for one in equals if one != first]

    def bought(self, project_id: str) -> None:
        self.left.discard(project_id)

    def close(self) -> None:
        """The moment is over."""
        if self.left:
            self.relied += self.noted
        self.noted, self.left = [], set()
