"""The reasons as English sentences, for the command line; the portal has its own in three."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pb_portal.tally.model import Election
from pb_portal.tally.outcome import Explanation, Param

SENTENCES: Final[Mapping[str, str]] = {
    "won": "won; {remaining} was left at its turn",
    "won_reserve": "won; {remaining} was left, {shortfall} comes from reserve money",
    "won_award": "won, paid from outside the budget",
    "no_money_left": "not enough money: {remaining} was left at its turn, {shortfall} short",
    "over_budget": "costs more than the whole budget, {shortfall} short",
    "below_threshold": "below the least score of {threshold}, {missing} short",
    "excluded_by": "cannot be built together with {by}",
    "lost_lot": "lost the lot to {against}: {remaining} was left, {shortfall} short",
    "stopped": "the count ended at {by}",
    "no_votes": "nobody voted for it",
    "withdrawn": "left the vote",
}
MONEY: Final = frozenset(["remaining", "left", "shortfall", "budget"])


def sentence(election: Election, explanation: Explanation) -> str:
    """The single reason of one project."""
    shown = {key: _shown(election, key, value) for key, value in explanation.params.items()}
    return SENTENCES[explanation.code].format(**shown)


def _shown(election: Election, key: str, value: Param) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if key in MONEY and isinstance(value, int):
        return f"{election.money(value):,f}".rstrip("0").rstrip(".").replace(",", " ")
    return str(value)
