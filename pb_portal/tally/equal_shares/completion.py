"""Equal shares rarely spend all money; these are the ways to go on.

``none``             stop there
``add1-overspend``   give every voter one step more, as long as the result stays within the budget
``add1-exhaustive``  the same, but stop as well when no other project with support would fit
``add-opt``          the same as ``add1-overspend`` with the smallest step there is, one minor unit
                     of the currency, jumping over endowments that certainly change nothing

Else the step is one unit of the currency unless an option says otherwise. Endowments start from the
exact share B/n (``exact``), or, after a first result from B/n, from its whole units (``floor``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from pb_portal.tally.equal_shares.fast import Engine, same_between
from pb_portal.tally.equal_shares.problem import Problem, Purchase

Run = Callable[[Fraction], list[Purchase]]


@dataclass(frozen=True, slots=True)
class Completed:
    """The endowment a completion ended with, its purchases, and how many it tried."""

    endowment: Fraction
    purchases: list[Purchase]
    tried: int


def none(problem: Problem, budget: int, run: Run) -> Completed:
    """One result, from B/n."""
    endowment = Fraction(budget, problem.voters)
    return Completed(endowment, run(endowment), 1)


def add1(
    problem: Problem, budget: int, run: Run, *, start: Fraction, step: int, exhaustive: bool
) -> Completed:
    """Raise the endowment from ``start`` step by step until a result would overspend."""
    best = none(problem, budget, run)
    for endowment in _rising(start, step):
        if complete(problem, best.purchases, budget, exhaustive=exhaustive):
            return best
        purchases = run(endowment)
        if spent(problem, purchases) > budget:
            return Completed(best.endowment, best.purchases, best.tried + 1)
        best = Completed(endowment, purchases, best.tried + 1)
    return best


def add_opt(problem: Problem, budget: int, engine: Engine) -> Completed:
    """Raise the endowment by single minor units, in jumps, until a result would overspend."""
    lower = engine.trace(Fraction(budget, problem.voters))
    endowment, tried, jump = Fraction(budget, problem.voters), 1, 1
    while not complete(problem, lower.purchases, budget, exhaustive=False):
        higher = engine.trace(endowment + jump)
        tried += 1
        same = same_between(lower, higher)
        if not same and jump > 1:
            jump //= 2
            continue
        if spent(problem, higher.purchases) > budget:
            break
        endowment, lower = endowment + jump, higher
        jump = jump * 2 if same else 1
    return Completed(endowment, lower.purchases, tried)


def _rising(start: Fraction, step: int) -> Iterator[Fraction]:
    while True:
        start += step
        yield start


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
