"""The rules of the equal shares family, with all their choices.

``equal-shares``                  what voters can buy with B/n each, and no more
``equal-shares/add1-overspend``   completed by Add1 up to the budget, as Wieliczka did
``equal-shares/add1-exhaustive``  completed by Add1, stopping as soon as nothing else fits
``equal-shares/add-opt``          completed by minor units of the currency up to the budget

Options, the default first:

- ``utility`` = cost (money spent on what a voter wants counts) or cardinality (projects are worth
  the same);
- for Add1, ``start`` = exact or floor (see ``completion``); ``step`` = units of the currency, 1;
- ``topup`` = none or greedy (money left over goes by score);
- ``comparison`` = none or satisfaction (greedy's winners replace these if more voters get more of
  their projects by them);
- ``ties`` = lot or cost-votes (the cheaper first, then the one with more votes, then the lot).

A voter is a ballot that names at least one project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from pb_portal.tally import greedy
from pb_portal.tally.equal_shares import completion, plain
from pb_portal.tally.equal_shares.completion import Completed
from pb_portal.tally.equal_shares.explain import Explainer, Verdict
from pb_portal.tally.equal_shares.fast import Engine, Trace
from pb_portal.tally.equal_shares.problem import UTILITIES, build
from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Election, compress
from pb_portal.tally.options import Rule, one_of, refuse_unknown, whole
from pb_portal.tally.outcome import CutOff, Explanation, Outcome, Round, UnsupportedRule
from pb_portal.tally.scores import scores_of, scoring_of, votes_of

NAMES: Final = (
    "equal-shares",
    "equal-shares/add1-overspend",
    "equal-shares/add1-exhaustive",
    "equal-shares/add-opt",
)
VERSION: Final = "1"
_OPTIONS: Final = frozenset({"utility", "topup", "comparison", "ties", "threshold"})


@dataclass(frozen=True, slots=True)
class Choices:
    """What the options came to."""

    utility: str
    start: str
    step: int
    topup: str
    comparison: str
    ties: str

    @staticmethod
    def of(rule: Rule) -> Choices:
        steps = {"start", "step"} if "/add1" in rule.name else set()
        refuse_unknown(rule, _OPTIONS | steps)
        return Choices(
            utility=one_of(rule, "utility", UTILITIES),
            start=one_of(rule, "start", ("exact", "floor")),
            step=whole(rule, "step", 1),
            topup=one_of(rule, "topup", ("none", "greedy")),
            comparison=one_of(rule, "comparison", ("none", "satisfaction")),
            ties=one_of(rule, "ties", ("lot", "cost-votes")),
        )


def count(election: Election, rule: Rule, ties: Ties, *, check: bool = False) -> Outcome:
    """Count and explain; with ``check`` the plain engine has to come to the same."""
    choices = Choices.of(rule)
    if choices.step < 1:
        raise UnsupportedRule("The option “step” is at least 1.")
    if any(conflict.kept is None for conflict in election.conflicts):
        raise UnsupportedRule("Equal shares cannot tell which of conflicting projects to keep.")
    return _Count(election, rule, choices, ties).outcome(check=check)


class Disagreement(RuntimeError):
    """The two engines came to different results; nothing may be published."""


class _Count:
    def __init__(self, election: Election, rule: Rule, choices: Choices, ties: Ties) -> None:
        self.election, self.rule, self.choices, self.ties = election, rule, choices, ties
        self.projects = {project.id: project for project in election.projects}
        self.votes = votes_of(election)
        approval = scoring_of(election) == "votes"
        self.scores = self.votes if approval else scores_of(election)
        self.verdicts: dict[str, Verdict] = {}
        self.sit_out()
        self.problem = build(election, self.rank(), self.standing(), choices.utility)
        self.engine = Engine(self.problem)

    def sit_out(self) -> None:
        """Projects with no part in the count, by the same reasons as in a greedy one."""
        walker = greedy.Walk(self.election, greedy.Greedy(), self.scores)
        for project in self.election.projects:
            if (reason := walker.not_standing(project)) is not None:
                self.verdicts[project.id] = reason

    def standing(self) -> set[str]:
        return set(self.projects) - set(self.verdicts)

    def rank(self) -> Mapping[str, int]:
        order = list(self.ties.order)
        if self.choices.ties == "cost-votes":
            order.sort(key=lambda one: (self.projects[one].cost, -self.votes[one]))
        return {project_id: place for place, project_id in enumerate(order)}

    def outcome(self, *, check: bool) -> Outcome:
        if not self.problem.voters:
            return self.shared(Completed(Fraction(0), [], 0))
        completed = self.complete()
        if check and plain.run(self.problem, completed.endowment) != completed.purchases:
            raise Disagreement("The two engines disagree.")
        shared = self.shared(completed)
        if self.choices.comparison == "none":
            return shared
        return self.compared(shared)

    def complete(self) -> Completed:
        budget, name = self.election.budget, self.rule.name
        if name == "equal-shares":
            return completion.none(self.problem, budget, self.engine)
        exact = Fraction(budget, self.problem.voters)
        unit = 10**self.election.scale
        if name == "equal-shares/add-opt":
            return completion.rising(
                self.problem, budget, self.engine, start=exact, step=Fraction(unit, 100)
            )
        start = Fraction(exact // unit * unit) if self.choices.start == "floor" else exact
        return completion.rising(
            self.problem,
            budget,
            self.engine,
            start=start,
            step=Fraction(self.choices.step * unit),
            exhaustive=name == "equal-shares/add1-exhaustive",
        )

    def shared(self, completed: Completed) -> Outcome:
        trace = self.engine.trace(completed.endowment)
        explainer = Explainer(self.problem, trace, completed.endowment)
        selected = [one.project_id for one in completed.purchases]
        verdicts = dict(self.verdicts)
        for project_id in self.problem.supporters:
            won = project_id in explainer.rounds
            verdicts[project_id] = (
                explainer.winner(project_id) if won else self.lost(project_id, explainer)
            )
        if self.choices.topup == "greedy":
            selected += self.top_up(selected, verdicts)
        return self.assemble(selected, verdicts, completed, trace)

    def lost(self, project_id: str, explainer: Explainer) -> Verdict:
        """The reason of a loser; a lost lot only if the other draw would have made it win."""
        code, params = explainer.loser(project_id)
        winner = explainer.trace.tied.get(project_id)
        if winner is None or winner not in explainer.rounds:
            return code, params
        rank = {**self.problem.rank, project_id: -1}
        other = replace(self.problem, rank=rank)
        won = {one.project_id for one in Engine(other).run(explainer.endowment)}
        if project_id not in won or "shortfall" not in params:
            return code, params
        return "lost_lot", {
            "against": (winner,),
            "behind": params["behind"],
            "shortfall": params["shortfall"],
        }

    def top_up(self, selected: list[str], verdicts: dict[str, Verdict]) -> list[str]:
        """Give what is left of the budget to the rest by score."""
        left = self.election.budget - sum(self.projects[one].cost for one in selected)
        won = set(selected)
        rest = [one for one in self.problem.supporters if one not in won]
        added: list[str] = []
        for one in sorted(rest, key=lambda one: (-self.scores[one], self.problem.rank[one])):
            cost = self.projects[one].cost
            if cost <= left:
                verdicts[one] = ("won_topup", {"remaining": left, "left": left - cost})
                left -= cost
                added.append(one)
        return added

    def assemble(
        self, selected: list[str], verdicts: dict[str, Verdict], completed: Completed, trace: Trace
    ) -> Outcome:
        won = set(selected)
        rank = self.problem.rank
        rest = sorted(
            (one for one in self.projects if one not in won),
            key=lambda one: (-self.scores[one], rank[one]),
        )
        explanations = tuple(
            Explanation(one, self.scores[one], place, self.projects[one].cost, *verdicts[one])
            for place, one in enumerate([*selected, *rest], start=1)
        )
        total = sum(self.projects[one].cost for one in selected)
        return Outcome(
            rule=str(self.rule),
            choices=self.spelled(),
            budget=self.election.budget,
            selected=tuple(selected),
            total_cost=total,
            outside_cost=0,
            explanations=explanations,
            cut_off=self.cut_off(selected, rest, total),
            rounds=tuple(
                Round(one.project_id, int(one.share), self.votes[one.project_id])
                for one in trace.purchases
            ),
            figures={
                "voters": self.problem.voters,
                "endowment": int(completed.endowment),
                "endowment_exact": str(completed.endowment),
                "endowments_tried": completed.tried,
            },
        )

    def cut_off(self, selected: list[str], rest: list[str], total: int) -> CutOff:
        losers = [one for one in rest if not self.projects[one].withdrawn]
        return CutOff(
            last_winner=selected[-1] if selected else None,
            last_winner_score=self.scores[selected[-1]] if selected else None,
            first_loser=losers[0] if losers else None,
            first_loser_score=self.scores[losers[0]] if losers else None,
            money_left=self.election.budget - total,
        )

    def spelled(self) -> dict[str, str]:
        choices = self.choices
        return {
            "version": VERSION,
            "scoring": scoring_of(self.election),
            "utility": choices.utility,
            "completion": self.rule.name.partition("/")[2] or "none",
            "start": choices.start,
            "step": str(choices.step),
            "topup": choices.topup,
            "comparison": choices.comparison,
            "threshold": str(self.election.limits.min_score),
            "blank ballots": "no voters",
            "ties": f"{choices.ties}, {self.ties.name}"
            if choices.ties != "lot"
            else self.ties.name,
        }

    def compared(self, shared: Outcome) -> Outcome:
        """The outcome that more voters prefer by the number of their projects in it."""
        order = greedy.ranking(self.election, greedy.Greedy(), self.scores, self.ties.order)
        winners, _ = greedy.walk(self.election, greedy.Greedy(), self.scores, order)
        here, there = set(shared.selected), set(winners)
        for_shares = for_greedy = 0
        for ballot in compress(self.election.ballots):
            mine = sum(one in here for one in ballot.choices)
            theirs = sum(one in there for one in ballot.choices)
            for_shares += ballot.weight * (mine > theirs)
            for_greedy += ballot.weight * (theirs > mine)
        figures = {**shared.figures, "prefer_shares": for_shares, "prefer_greedy": for_greedy}
        if for_greedy <= for_shares:
            return replace(shared, figures=figures)
        chosen = greedy.outcome(
            self.election, greedy.Greedy(), str(self.rule), shared.choices, self.scores,
            self.ties.order,
        )  # fmt: skip
        return replace(chosen, figures=figures)
