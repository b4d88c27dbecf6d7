"""The greedy rules: projects come forward by score and take what is left of the budget.

All share one walk; they differ in four choices, spelled out in ``Greedy``:

- ``greedy``           what does not fit is skipped
- ``greedy-no-skip``   the first that does not fit ends the count
- ``greedy-threshold`` as greedy; a project under the least score stays out
- ``greedy-exclusive`` as greedy; of projects that cannot all be built one at most wins
- ``greedy-per-cost``  as greedy, ordered by score for each unit of money
- ``greedy-custom``    Poznań's: the first that does not fit ends the count, but is built with
  reserve money if at least 80 % of its cost is still there; then ``Election.awards`` further
  projects, the best of those left, are paid from outside

Which of the thresholds, conflicts and awards that an election states hold is decided in ``rules``.
A project with the withdrawn mark takes no part and stops nobody.

A loser has lost the lot if another draw would have made it win, which further walks find out
(``draws``): as many as ``MOST_STEPS`` allows, all there are for fewer than ten projects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Final

from pb_portal.tally.draws import Draw, Pair, find_lost_lots
from pb_portal.tally.model import Election, Project
from pb_portal.tally.outcome import CutOff, Explanation, Outcome, Verdict, lost_lot

#: Turns of projects that may be walked again to tell who lost the lot.
MOST_STEPS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Greedy:
    """The choices of one greedy rule. ``near`` is a percentage, 100 means no reserve money."""

    skip: bool = True
    per_cost: bool = False
    near: int = 100


def ranking(
    election: Election, rule: Greedy, scores: Mapping[str, int], ties: Sequence[str]
) -> list[str]:
    """All projects from the best to the worst, equals in the order of ties."""
    lot = {project_id: place for place, project_id in enumerate(ties)}
    projects = {project.id: project for project in election.projects}
    return sorted(projects, key=lambda one: (-_worth(projects[one], rule, scores[one]), lot[one]))


def _worth(project: Project, rule: Greedy, score: int) -> Fraction:
    if not rule.per_cost:
        return Fraction(score)
    if project.cost == 0:
        return Fraction(score) * 10**18
    return Fraction(score, project.cost)


class Walk:
    """One pass over the projects, in their order."""

    def __init__(self, election: Election, rule: Greedy, scores: Mapping[str, int]) -> None:
        self.election, self.rule, self.scores = election, rule, scores
        self.projects = {project.id: project for project in election.projects}
        self.left = election.budget
        self.winners: list[str] = []
        self.verdicts: dict[str, Verdict] = {}
        #: what was left of the budget when a project's turn came
        self.before: dict[str, int] = {}
        self.relied: list[Pair] = []
        self.stopper: str | None = None
        self.excluded = {
            out: conflict.kept
            for conflict in election.conflicts
            if conflict.kept is not None
            for out in conflict.projects
            if out != conflict.kept
        }

    def run(self, order: Sequence[str]) -> Walk:
        """Give every project its turn."""
        for _, equals in groupby(order, self.worth.__getitem__):
            self.take(list(equals))
        self.award(order)
        return self

    @cached_property
    def worth(self) -> dict[str, Fraction]:
        """What projects come forward by; equals have the same."""
        return {
            one.id: _worth(one, self.rule, self.scores[one.id]) for one in self.election.projects
        }

    def take(self, equals: Sequence[str]) -> None:
        """The turns of projects that are worth the same, in the order of the lot."""
        for place, project_id in enumerate(equals):
            self.rely(project_id, equals[place + 1 :])
            self.before[project_id] = self.left
            self.verdicts[project_id] = verdict = self.verdict(project_id)
            if verdict[0] in ("won", "won_reserve"):
                self.winners.append(project_id)

    def rely(self, project_id: str, behind: Sequence[str]) -> None:
        """Note the equals for whom it matters that they are behind this one."""
        if self.stopper is not None or not self.can_take(project_id):
            return
        rivals = [one for one in behind if self.can_take(one)]
        if sum(map(self.cost, [project_id, *rivals])) > self.left or any(
            len({project_id, *rivals}.intersection(conflict.projects)) > 1
            for conflict in self.election.conflicts
        ):
            self.relied += [(project_id, one) for one in rivals]

    def can_take(self, project_id: str) -> bool:
        """Whether a project would win if its turn came now, or end the count."""
        fits = self.cost(project_id) <= self.left
        return (fits or not self.rule.skip) and self.not_standing(self.projects[project_id]) is None

    def verdict(self, project_id: str) -> Verdict:
        project = self.projects[project_id]
        if (out := self.not_standing(project)) is not None:
            return out
        if self.stopper is not None:
            return "stopped", {"by": self.stopper, "remaining": self.left}
        return self.pay(project) if project.cost <= self.left else self.refuse(project)

    def not_standing(self, project: Project) -> Verdict | None:
        """Why a project has no turn at all."""
        score, threshold = self.scores[project.id], self.election.limits.min_score
        if project.withdrawn:
            return "withdrawn", {}
        if score <= 0:
            return "no_votes", {}
        if score < threshold:
            return "below_threshold", {"threshold": threshold, "missing": threshold - score}
        keeper = self.excluded.get(project.id)
        return None if keeper is None else ("excluded_by", {"by": keeper})

    def pay(self, project: Project) -> Verdict:
        before = self.left
        self.left -= project.cost
        self.exclude_rivals(project.id)
        return "won", {"remaining": before, "left": self.left}

    def refuse(self, project: Project) -> Verdict:
        shortfall, budget = project.cost - self.left, self.election.budget
        if not self.rule.skip:
            self.stopper = project.id
        if self.rule.near < 100 and self.left * 100 >= project.cost * self.rule.near:
            remaining, self.left = self.left, 0
            self.exclude_rivals(project.id)
            percent = self.rule.near
            return "won_reserve", {
                "remaining": remaining,
                "shortfall": shortfall,
                "percent": percent,
            }
        if project.cost > budget:
            return "over_budget", {"budget": budget, "shortfall": project.cost - budget}
        return "no_money_left", {"remaining": self.left, "shortfall": shortfall}

    def exclude_rivals(self, winner: str) -> None:
        for conflict in self.election.conflicts:
            if winner in conflict.projects:
                for rival in conflict.projects:
                    if rival != winner:
                        self.excluded.setdefault(rival, winner)

    def award(self, order: Sequence[str]) -> None:
        """The best of those that lacked only money, one for each award, that can be built."""
        waiting = [
            project_id
            for project_id in order
            if self.verdicts[project_id][0] in ("no_money_left", "stopped", "over_budget")
        ]
        awarded: list[str] = []
        rest: list[str] = []
        for project_id in waiting if self.election.awards else ():
            if (keeper := self.excluded.get(project_id)) is not None:
                self.verdicts[project_id] = "excluded_by", {"by": keeper}
                rest.append(project_id)
            elif len(awarded) < self.election.awards:
                awarded.append(project_id)
                self.verdicts[project_id] = "won_award", {"place": len(awarded)}
                self.exclude_rivals(project_id)
            else:
                rest.append(project_id)
        self.winners += awarded
        self.relied += [
            (one, other)
            for one in awarded
            for other in rest
            if self.worth[one] == self.worth[other]
        ]

    def cost(self, project_id: str) -> int:
        return self.projects[project_id].cost

    def behind(self, project_id: str) -> int:
        """The money there was for a project at its turn; the whole budget if it costs more."""
        over = self.verdicts[project_id][0] == "over_budget"
        return self.election.budget if over else self.before[project_id]

    @property
    def draw(self) -> Draw:
        """The walk as one of many draws."""
        return Draw(frozenset(self.winners), tuple(dict.fromkeys(self.relied)))

    def can_win(self, project_id: str) -> bool:
        """Whether some order of equals could make a project win; a mere bound."""
        if self.verdicts[project_id][0] in ("withdrawn", "no_votes", "below_threshold"):
            return False
        affordable = self.cost(project_id) <= self.election.budget
        return affordable or self.rule.near < 100 or self.election.awards > 0


def lost_lots(
    election: Election, rule: Greedy, scores: Mapping[str, int], ties: Sequence[str], done: Walk
) -> dict[str, tuple[str, ...]]:
    """Who of the losers of a walk would have won by another draw, and who was drawn before."""

    def recount(order: Sequence[str]) -> Draw:
        place = {project_id: number for number, project_id in enumerate(order)}
        again = Walk(election, rule, scores)
        again.worth = done.worth
        return again.run(sorted(order, key=lambda one: (-done.worth[one], place[one]))).draw

    losers = [one for one in ties if one not in done.winners and done.can_win(one)]
    return find_lost_lots(ties, done.draw, recount, losers, MOST_STEPS // max(1, len(ties)))


def outcome(
    election: Election,
    rule: Greedy,
    name: str,
    choices: Mapping[str, str],
    scores: Mapping[str, int],
    ties: Sequence[str],
    *,
    lots: Mapping[str, tuple[str, ...]] | None = None,
) -> Outcome:
    """Count and explain. ``lots``: who lost the lot, where the caller has found it out."""
    order = ranking(election, rule, scores, ties)
    done = Walk(election, rule, scores).run(order)
    winners, verdicts, projects = done.winners, done.verdicts, done.projects
    lost = lost_lots(election, rule, scores, ties, done) if lots is None else lots
    for one, equals in lost.items():
        verdicts[one] = lost_lot(equals, projects[one].cost, remaining=done.before[one])
    explanations = tuple(
        Explanation(
            one, scores[one], rank, projects[one].cost, *verdicts[one], behind=done.behind(one)
        )
        for rank, one in enumerate(order, start=1)
    )
    total = sum(projects[one].cost for one in winners)
    outside = sum(_outside(projects[one], verdicts[one]) for one in winners)
    return Outcome(
        rule=name,
        choices=dict(choices),
        budget=election.budget,
        selected=tuple(winners),
        total_cost=total,
        outside_cost=outside,
        explanations=explanations,
        cut_off=_cut_off(explanations, election.budget - total + outside),
    )


def _outside(project: Project, verdict: Verdict) -> int:
    code, params = verdict
    if code == "won_award":
        return project.cost
    return int(str(params["shortfall"])) if code == "won_reserve" else 0


def _cut_off(explanations: Sequence[Explanation], left: int) -> CutOff:
    won = [one for one in explanations if one.code in ("won", "won_reserve")]
    lost = [one for one in explanations if not one.selected and one.code != "withdrawn"]
    return CutOff(
        last_winner=won[-1].project_id if won else None,
        last_winner_score=won[-1].score if won else None,
        first_loser=lost[0].project_id if lost else None,
        first_loser_score=lost[0].score if lost else None,
        money_left=left,
    )
