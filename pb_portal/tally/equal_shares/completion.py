"""Equal shares rarely spend all money; these are the ways to go on.

``none``             stop there
``add1-overspend``   give every voter one step more, as long as the result stays within the budget
``add1-exhaustive``  the same, but stop as well when no other project with support would fit
``add-opt``          the same as ``add1-overspend`` with the smallest step there is, one minor unit
                     of the currency

The step of Add1 is one unit of the currency unless an option says otherwise. Endowments start from
the exact share B/n (``exact``), or, after a first result from B/n, from its whole units
(``floor``). Steps that certainly change nothing are jumped over, which does not change the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pb_portal.tally.equal_shares.fast import Engine, same_between
from pb_portal.tally.equal_shares.problem import Problem, Purchase


@dataclass(frozen=True, slots=True)
class Completed:
    """The endowment a completion ended with, its purchases, and how many it tried."""

    endowment: Fraction
    purchases: list[Purchase]
    tried: int


def none(problem: Problem, budget: int, engine: Engine) -> Completed:
    """One result, from B/n."""
    endowment = Fraction(budget, problem.voters)
    return Completed(endowment, engine.run(endowment), 1)


def rising(
    problem: Problem,
    budget: int,
    engine: Engine,
    *,
    start: Fraction,
    step: int,
    exhaustive: bool = False,
) -> Completed:
    """Raise the endowment from ``start`` step by step until a result would overspend."""
    best = Fraction(budget, problem.voters)
    lower, tried, jump = engine.trace(best), 1, 1
    while not complete(problem, lower.purchases, budget, exhaustive=exhaustive):
        higher = engine.trace(start + step * jump)
        tried += 1
        same = same_between(lower, higher)
        if not same and jump > 1:
            jump //= 2
            continue
        if spent(problem, higher.purchases) > budget:
            break
        start += step * jump
        best, lower = start, higher
        jump = jump * 2 if same else 1
    return Completed(best, lower.purchases, tried)


def spent(problem: Problem, purchases: list[Purchase]) -> int:
    """What the purchases cost together."""
    return sum(problem.costs[one.project_id] for one in purchases)


def complete(problem: Problem, purchases: list[Purchase], budget: int, *, exhaustive: bool) -> bool:
    """Whether to stop: nothing with support is left, or (exhaustive) nothing left would fit."""
    bought = {one.project_id for one in purchases}
    waiting = [problem.costs[one] for one in problem.supporters if one not in bought]
    if not waiting:
        return True
    return exhaustive and min(waiting) > budget - spent(problem, purchases)
