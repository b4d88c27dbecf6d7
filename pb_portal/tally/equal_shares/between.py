"""What is certain about all endowments between two that were tried."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pb_portal.tally.equal_shares.fast import Trace


def same_between(lower: Trace, higher: Trace) -> bool:
    """Whether every endowment between these two certainly has the same purchases in this order."""
    rounds = len(lower.order)
    return higher.order == lower.order and same_rounds(lower, higher) == rounds


def same_rounds(lower: Trace, higher: Trace) -> int:
    """How many first rounds are certainly the same for every endowment between these two.

    As long as the purchases are the same, nobody has less for having been given more, so every
    price falls, or stays, as the endowment rises. If then a winner's price with the lower
    endowment is below the others' prices with the higher one, it wins with all in between.
    """
    problem = higher.problem
    for place, (winner, other) in enumerate(zip(lower.order, higher.order, strict=False)):
        _, others, close = higher.margins[place]
        if winner != other or lower.margins[place][0] >= others:
            return place
        if len(close) < 2:
            continue
        price = Fraction(*lower.shares[winner]) / (problem.value(winner) or 1)
        mine = (price, problem.rank[winner])
        for project_id, theirs in close.items():
            if project_id != winner and (theirs, problem.rank[project_id]) < mine:
                return place
    return min(len(lower.order), len(higher.order))
