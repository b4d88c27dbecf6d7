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
- ``ties`` = lot or cost-votes (the cheaper first, then the one with more votes, then the lot);
- ``scoring`` = what a ballot gives its projects (see ``scores``): the kind's own, or ``votes``.

A voter is a ballot that names at least one project. A project that costs nothing and has a vote is
bought first and takes money from nobody.

A loser has lost the lot if by another draw it would be among the winners of the whole rule,
completion, money left over and comparison included. That is found out by counting again
(``draws``), as often as ``MOST_WORK`` allows: an election with few projects and ballots to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from pb_portal.tally import greedy
from pb_portal.tally.draws import find_lost_lots
from pb_portal.tally.equal_shares import plain
from pb_portal.tally.equal_shares.choices import NAMES, VERSION, Choices
from pb_portal.tally.equal_shares.deciding import Decider, Decision
from pb_portal.tally.equal_shares.explain import Explainer
from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Election
from pb_portal.tally.options import Rule
from pb_portal.tally.outcome import (
    CutOff,
    Explanation,
    Outcome,
    Round,
    UnsupportedRule,
    Verdict,
    lost_lot,
)

__all__ = ["NAMES", "VERSION", "Disagreement", "count"]

#: Recounts that tell who lost the lot, times marks on ballots, times endowments of one count.
MOST_WORK: Final = 3_000_000
#: At least so many of them are made, however large the election.
FEWEST: Final = 2


def count(
    election: Election, rule: Rule, ties: Ties, *, check: bool = False, draws: bool = True
) -> Outcome:
    """Count and explain; with ``check`` the plain engine has to come to the same."""
    choices = Choices.of(election, rule)
    if any(conflict.kept is None for conflict in election.conflicts):
        raise UnsupportedRule("Equal shares cannot tell which of conflicting projects to keep.")
    decider = Decider(election, choices)
    decision = decider.decide(ties.order)
    completed = decision.completed
    if check and plain.run(decision.problem, completed.endowment) != completed.purchases:
        raise Disagreement("The two engines disagree.")
    lots = _lost_lots(decider, decision, ties) if draws else {}
    return _Telling(decider, decision, str(rule), ties, lots).outcome()


class Disagreement(RuntimeError):
    """The two engines came to different results; nothing may be published."""


def _lost_lots(decider: Decider, decision: Decision, ties: Ties) -> Mapping[str, tuple[str, ...]]:
    draw, problem = decision.draw, decision.problem
    losers = [
        one
        for one in problem.supporters
        if one not in draw.winners and problem.costs[one] <= decider.election.budget
    ]
    marks = sum(map(len, problem.supporters.values()))
    most = max(FEWEST, MOST_WORK // max(1, marks * decision.completed.tried))
    return find_lost_lots(ties.order, draw, lambda order: decider.decide(order).draw, losers, most)


class _Telling:
    """The outcome of a decision: reasons, ranks and figures."""

    def __init__(
        self,
        decider: Decider,
        decision: Decision,
        name: str,
        ties: Ties,
        lots: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.decider, self.decision, self.name, self.ties = decider, decision, name, ties
        self.lots, self.projects, self.scores = lots, decider.projects, decider.scores
        self.problem, self.endowment = decision.problem, decision.completed.endowment
        self.trace = decision.engine.trace(self.endowment)
        self.explainer = Explainer(self.problem, self.trace, self.endowment)
        self.spelled = decider.choices.spelled(decider.election, ties.name)

    def outcome(self) -> Outcome:
        if self.decision.instead is not None:
            chosen = greedy.outcome(
                self.decider.election, greedy.Greedy(), self.name, self.spelled, self.scores,
                self.ties.order, lots=self.lots,
            )  # fmt: skip
            return replace(chosen, figures=self.figures())
        selected = [*self.decision.bought, *self.decision.added]
        won, rank = set(selected), self.problem.rank
        rest = sorted(
            (one for one in self.projects if one not in won),
            key=lambda one: (-self.scores[one], rank[one]),
        )
        total = sum(self.projects[one].cost for one in selected)
        return Outcome(
            rule=self.name,
            choices=self.spelled,
            budget=self.decider.election.budget,
            selected=tuple(selected),
            total_cost=total,
            outside_cost=0,
            explanations=tuple(
                self.explanation(one, place) for place, one in enumerate([*selected, *rest], 1)
            ),
            cut_off=self.cut_off(selected, rest, total),
            rounds=tuple(self.rounds()),
            figures=self.figures(),
        )

    def rounds(self) -> Iterator[Round]:
        left = self.decider.election.budget
        for one in self.trace.purchases:
            left -= self.projects[one.project_id].cost
            votes = self.decider.votes[one.project_id]
            yield Round(one.project_id, int(one.share), votes, left)

    def explanation(self, project_id: str, place: int) -> Explanation:
        (code, params), behind = self.reason(project_id)
        cost = self.projects[project_id].cost
        return Explanation(project_id, self.scores[project_id], place, cost, code, params, behind)

    def reason(self, project_id: str) -> tuple[Verdict, int]:
        """Why a project won or did not, and the money behind it."""
        if (out := self.decider.out.get(project_id)) is not None:
            return out, int(self.endowment * self.decider.votes[project_id])
        cost, left = self.projects[project_id].cost, self.decision.added.get(project_id)
        if left is not None:
            return ("won_topup", {"remaining": left, "left": left - cost}), left
        behind = self.explainer.behind(project_id)
        if project_id in self.explainer.rounds:
            return self.explainer.winner(project_id), behind
        if project_id in self.lots:
            return lost_lot(self.lots[project_id], cost, behind=behind), behind
        return self.explainer.loser(project_id), behind

    def figures(self) -> dict[str, int | str | tuple[str, ...]]:
        """How the count went, in numbers."""
        completed = self.decision.completed
        figures: dict[str, int | str | tuple[str, ...]] = {
            "voters": self.problem.voters,
            "endowment": int(completed.endowment),
            "endowment_exact": str(completed.endowment),
            "endowments_tried": completed.tried,
        }
        if self.decision.preferred is not None:
            for_shares, for_greedy = self.decision.preferred
            figures |= {"prefer_shares": for_shares, "prefer_greedy": for_greedy}
        return figures

    def cut_off(self, selected: list[str], rest: list[str], total: int) -> CutOff:
        losers = [one for one in rest if not self.projects[one].withdrawn]
        return CutOff(
            last_winner=selected[-1] if selected else None,
            last_winner_score=self.scores[selected[-1]] if selected else None,
            first_loser=losers[0] if losers else None,
            first_loser_score=self.scores[losers[0]] if losers else None,
            money_left=self.decider.election.budget - total,
        )
