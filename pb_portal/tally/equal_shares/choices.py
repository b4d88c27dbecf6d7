"""The names of the equal shares family and what their options came to; see ``rule``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pb_portal.tally.equal_shares.problem import UTILITIES
from pb_portal.tally.model import Election
from pb_portal.tally.options import Rule, one_of, refuse_unknown, whole
from pb_portal.tally.outcome import UnsupportedRule
from pb_portal.tally.scores import scoring_of

NAMES: Final = (
    "equal-shares",
    "equal-shares/add1-overspend",
    "equal-shares/add1-exhaustive",
    "equal-shares/add-opt",
)
VERSION: Final = "1"
_OPTIONS: Final = frozenset({"utility", "topup", "comparison", "ties", "threshold", "scoring"})


@dataclass(frozen=True, slots=True)
class Choices:
    """What the options came to."""

    name: str
    utility: str
    start: str
    step: int
    topup: str
    comparison: str
    ties: str
    scoring: str

    @staticmethod
    def of(election: Election, rule: Rule) -> Choices:
        steps = {"start", "step"} if "/add1" in rule.name else set()
        refuse_unknown(rule, _OPTIONS | steps)
        step = whole(rule, "step", 1)
        if step < 1:
            raise UnsupportedRule("The option “step” is at least 1.")
        return Choices(
            name=rule.name,
            utility=one_of(rule, "utility", UTILITIES),
            start=one_of(rule, "start", ("exact", "floor")),
            step=step,
            topup=one_of(rule, "topup", ("none", "greedy")),
            comparison=one_of(rule, "comparison", ("none", "satisfaction")),
            ties=one_of(rule, "ties", ("lot", "cost-votes")),
            scoring=scoring_of(election, rule.options.get("scoring", "")),
        )

    def spelled(self, election: Election, lot: str) -> dict[str, str]:
        """All that the rule leaves open, for an outcome."""
        return {
            "version": VERSION,
            "scoring": self.scoring,
            "utility": self.utility,
            "completion": self.name.partition("/")[2] or "none",
            "start": self.start,
            "step": str(self.step),
            "topup": self.topup,
            "comparison": self.comparison,
            "threshold": str(election.limits.min_score),
            "blank ballots": "no voters",
            "ties": lot if self.ties == "lot" else f"{self.ties}, {lot}",
        }
