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
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pb_portal.tally.model import Election, Project
from pb_portal.tally.outcome import CutOff, Explanation, Outcome, Param

Verdict = tuple[str, dict[str, Param]]


@dataclass(frozen=True, slots=True)
class Greedy:
    """The choices of one greedy rule. ``near`` is a percentage, 100 means no reserve money."""

    skip: bool = True
    per_cost: bool = False
    near: int = 100


def walk(
    election: Election, rule: Greedy, scores: Mapping[str, int], order: Sequence[str]
) -> tuple[list[str], dict[str, Verdict]]:
    """Go through the projects in their order; return the winners in turn and every verdict."""
    return Walk(election, rule, scores).run(order)


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
        self.stopper: str | None = None
        self.excluded = {
            out: conflict.kept
            for conflict in election.conflicts
            if conflict.kept is not None
            for out in conflict.projects
            if out != conflict.kept
        }

    def run(self, order: Sequence[str]) -> tuple[list[str], dict[str, Verdict]]:
        equals: list[str] = []
        before_equals = self.left
        worth: Fraction | None = None
        for project_id in order:
            own = _worth(self.projects[project_id], self.rule, self.scores[project_id])
            if own != worth:
                equals, before_equals, worth = [], self.left, own
            code, params = self.verdict(project_id)
            if code == "no_money_left" and equals and self.cost(project_id) <= before_equals:
                code, params = "lost_lot", {"against": tuple(equals), **params}
            self.verdicts[project_id] = (code, params)
            if code in ("won", "won_reserve"):
                self.winners.append(project_id)
                equals.append(project_id)
        self.award(order)
        return self.winners, self.verdicts

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
        """The best of those that lacked only money, one for each award."""
        waiting = [
            project_id
            for project_id in order
            if self.verdicts[project_id][0]
            in ("no_money_left", "stopped", "lost_lot", "over_budget")
        ]
        for place, project_id in enumerate(waiting[: self.election.awards], start=1):
            self.winners.append(project_id)
            self.verdicts[project_id] = ("won_award", {"place": place})

    def cost(self, project_id: str) -> int:
        return self.projects[project_id].cost


def outcome(
    election: Election,
    rule: Greedy,
    name: str,
    choices: Mapping[str, str],
    scores: Mapping[str, int],
    ties: Sequence[str],
) -> Outcome:
    """Count and explain."""
    order = ranking(election, rule, scores, ties)
    winners, verdicts = walk(election, rule, scores, order)
    projects = {project.id: project for project in election.projects}
    explanations = tuple(
        Explanation(one, scores[one], rank, projects[one].cost, *verdicts[one])
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
