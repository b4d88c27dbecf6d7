"""Equals in a round of equal shares: whose order matters, and whose does not.

Equals that are bought one after another at one price take nothing from each other: whoever pays for
two of them has the money for both, and so it is in any other order of theirs. That order is
harmless; any other is noted in ``Engine.relied``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pb_portal.tally.equal_shares.fast import Trace


def weigh(trace: Trace) -> None:
    """Note for each round with equals whether their order mattered."""
    end = 0
    for first, (price, equals) in trace.equals.items():
        if first < end:
            continue
        left, end = set(equals), first
        while end < len(trace.order) and trace.order[end] in left:
            if trace.price(trace.order[end]) != price:
                break
            left.remove(trace.order[end])
            end += 1
        for place in range(first, end):
            if not left:
                trace.harmless[place] = equals
            elif place in trace.equals:
                for one in sorted(trace.equals[place][1] - {trace.order[place]}):
                    trace.relied[trace.order[place], one] = None


def rely(trace: Trace, place: int, rival: str) -> None:
    """Note that the order of a round's winner and an equal may matter."""
    if rival not in trace.harmless.get(place, ()):
        rank = trace.problem.rank
        first, second = sorted((trace.order[place], rival), key=rank.__getitem__)
        trace.relied[first, second] = None
