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
    "lost_lot_shared": "lost the lot to {against}: its supporters had {behind}, {shortfall} short",
    "lost_lot_only": "lost the lot to {against}",
    "stopped": "the count ended at {by}",
    "no_votes": "nobody voted for it",
    "withdrawn": "left the vote",
    "won_shared": "won in round {round}: {supporters} supporters paid up to {share} each",
    "won_topup": "won with money left over, {remaining} at its turn",
    "won_in_turn": "won in round {round}, when everybody had received {time}",
    "too_few_votes": "too few votes for its cost: {supporters} supporters had {behind}, "
    "{shortfall} short",
    "money_spent": "its supporters had spent their money elsewhere: {behind} was left, {shortfall} "
    "short; most went to {spent_on}",
    "too_late": "the money ended before its turn: {remaining} was left, {shortfall} short",
}
#: Longer lists are cut here.
MOST: Final = 5
MONEY: Final = frozenset(
    ("remaining", "left", "shortfall", "budget", "behind", "share", "endowment", "time")
)


def sentence(election: Election, explanation: Explanation) -> str:
    """The single reason of one project."""
    shown = {key: _shown(election, key, value) for key, value in explanation.params.items()}
    code = explanation.code
    if code == "lost_lot" and not explanation.params["shortfall"]:
        code = "lost_lot_only"
    elif code == "lost_lot" and "behind" in shown:
        code = "lost_lot_shared"
    return SENTENCES[code].format(**shown)


def _shown(election: Election, key: str, value: Param) -> str:
    if isinstance(value, tuple):
        return ", ".join(value[:MOST]) or "-"
    if key in MONEY and isinstance(value, int):
        shown = f"{election.money(value):,f}".replace(",", " ")
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    return str(value)
