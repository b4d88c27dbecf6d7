"""What is certain about all endowments between two that were tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pb_portal.tally.equal_shares.equals import rely
from pb_portal.tally.equal_shares.lines import Lines

if TYPE_CHECKING:
    from pb_portal.tally.equal_shares.fast import Trace


def same_between(lower: Trace, higher: Trace) -> bool:
    """Whether every endowment between these two certainly has the same purchases in this order."""
    if higher.order != lower.order:
        return False
    return same_rounds(lower, higher, Lines(lower, higher)) == len(lower.order)


def same_rounds(lower: Trace, higher: Trace, lines: Lines | None = None) -> int:
    """How many first rounds are certainly the same for every endowment between these two.

    As long as the purchases are the same, nobody has less for having been given more, so every
    price falls, or stays, as the endowment rises. If then a winner's price with the lower
    endowment is below the others' prices with the higher one, it wins with all in between. Where
    prices lie too near to each other for that, ``lines`` may tell.
    """
    for place, (winner, other) in enumerate(zip(lower.order, higher.order, strict=False)):
        if winner != other:
            return place
        for rival in _near(lower, higher, place):
            if lines is None or not lines.stays_behind(place, rival):
                return place
    return min(len(lower.order), len(higher.order))


def _near(lower: Trace, higher: Trace, place: int) -> list[str]:
    """Those that the prices of both ends do not prove to be behind the winner of a round."""
    winner = lower.order[place]
    at_most = lower.margins[place][0]
    _, others, close = higher.margins[place]
    near: list[str] = []
    if at_most >= others:
        near = [
            one
            for bound, one in higher.offers[place]
            if bound <= at_most and one != winner and one not in close
        ]
    if len(close) > 1:
        price, rank = lower.price(winner), lower.problem.rank
        for rival, theirs in close.items():
            if rival == winner:
                continue
            if (theirs, rank[rival]) < (price, rank[winner]):
                near.append(rival)
            elif theirs == price:
                rely(lower, place, rival)
    return near
