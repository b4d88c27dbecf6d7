"""What a count answers: the winners, and for every project the single reason.

Reasons are data; the pages make sentences of them. Every explanation carries the project's
``score`` and ``rank`` (1 is the best), its three numbers and one code with these ``params`` (money
in the election's minor units, scores in units of ``10 ** -points_scale``). The three numbers are
``cost``; ``behind``, the money behind it at its turn: what was left of the budget, or what its
supporters held where they share money; and ``shortfall``, what that lacked of the cost.

=================  =============================================================================
code               params
=================  =============================================================================
``won``            ``remaining`` before and ``left`` after it was paid
``won_reserve``    ``remaining``; ``shortfall``, paid from reserve money; ``percent`` of its cost
                   that had to be there
``won_award``      ``place`` among the projects that money from outside the budget pays for
``no_money_left``  ``remaining`` at its turn, ``shortfall``
``over_budget``    ``budget``, ``shortfall``: it costs more than the whole budget
``below_threshold``  ``threshold``, ``missing``: how much score it lacked
``excluded_by``    ``by``: the project that was kept of those which cannot all be built
``lost_lot``       ``against``: the equals that were drawn before it, or the projects in whose
                   favour the draw decided; ``remaining``, ``shortfall``
``stopped``        ``by``: the project that did not fit and ended the count; ``remaining``
``no_votes``       nothing: nobody voted for it
``withdrawn``      nothing: it left the vote
=================  =============================================================================

``lost_lot`` is said if and only if another draw of the lot would have made the project win, shown
by counting again (``draws``).

Rules that share money among voters (equal shares, Phragmén) add codes of their own, described in
their modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pb_portal.tally.model import ElectionError

Param = int | str | tuple[str, ...]
Params = Mapping[str, Param]
Verdict = tuple[str, dict[str, Param]]

WINNING: Final = frozenset(
    ("won", "won_reserve", "won_award", "won_shared", "won_topup", "won_in_turn")
)


class UnsupportedRule(ElectionError):
    """The rule is unknown, or makes no sense for this kind of ballot; one sentence."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one project won or did not."""

    project_id: str
    score: int
    rank: int
    cost: int
    code: str
    params: Params = field(default_factory=dict)
    behind: int = 0

    @property
    def selected(self) -> bool:
        return self.code in WINNING

    @property
    def shortfall(self) -> int:
        """What the money behind it lacked of its cost."""
        return max(0, self.cost - self.behind)


def lost_lot(
    against: tuple[str, ...], cost: int, *, remaining: int | None = None, behind: int = 0
) -> Verdict:
    """The reason of a project that another draw would have made win."""
    if remaining is None:
        money = {"behind": behind, "shortfall": max(0, cost - behind)}
    else:
        money = {"remaining": remaining, "shortfall": max(0, cost - remaining)}
    return "lost_lot", {"against": against, **money}


@dataclass(frozen=True, slots=True)
class CutOff:
    """Where the line fell: the last that won by the budget and the best that did not win."""

    last_winner: str | None
    last_winner_score: int | None
    first_loser: str | None
    first_loser_score: int | None
    money_left: int


@dataclass(frozen=True, slots=True)
class Round:
    """One purchase of a rule in rounds: the most a point or a vote paid, who voted for it, and what
    was left of the budget after it."""

    project_id: str
    share: int
    supporters: int
    left: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one count.

    ``choices`` spells out all that the rule leaves open; ``rounds`` and ``figures`` (the
    endowment, how many preferred what) are there for rules that work in rounds.
    """

    rule: str
    choices: Mapping[str, str]
    budget: int
    selected: tuple[str, ...]
    total_cost: int
    outside_cost: int
    explanations: tuple[Explanation, ...]
    cut_off: CutOff
    rounds: tuple[Round, ...] = ()
    figures: Params = field(default_factory=dict)

    def explanation(self, project_id: str) -> Explanation:
        """The explanation of one project; KeyError for a project that did not stand."""
        for explanation in self.explanations:
            if explanation.project_id == project_id:
                return explanation
        raise KeyError(project_id)
