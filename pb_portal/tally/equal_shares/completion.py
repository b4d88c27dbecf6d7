"""Equal shares rarely spend all money; these are the ways to go on.

``none``             stop there
``add1-overspend``   give every voter one step more, as long as the result stays within the budget
``add1-exhaustive``  the same, but stop as well when no other project with support would fit
``add-opt``          the same as ``add1-overspend`` with the smallest step money has, a hundredth of
                     the currency's unit

The step of Add1 is one unit of the currency unless an option says otherwise. Endowments start from
the exact share B/n (``exact``), or, after a first result from B/n, from its whole units
(``floor``).

Steps that certainly change nothing are jumped over, which does not change the result: a stretch of
steps is tried at its end first, then in its middle, and left out as soon as its two ends prove
that all between them are the same (``between``, ``lines``). What a higher endowment cost bounds
what a lower one costs, so each trial also spares the next most of its looks. A count that takes
more than ``MOST_TRIALS`` endowments all the same is given up with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pb_portal.tally.equal_shares.between import same_between
from pb_portal.tally.equal_shares.fast import Engine, Trace
from pb_portal.tally.equal_shares.problem import Problem, Purchase
from pb_portal.tally.outcome import UnsupportedRule

#: Endowments tried for one completion; the published elections take up to some thousands.
MOST_TRIALS: Final = 50_000
#: Steps tried at a stretch while results keep changing.
_STRETCH: Final = 8


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
    step: Fraction,
    exhaustive: bool = False,
) -> Completed:
    """Raise the endowment from ``start`` step by step until a result would overspend."""
    return _Rise(problem, budget, engine, start, step, exhaustive).completed()


@dataclass(frozen=True, slots=True)
class _Trial:
    """What came of an endowment, so many steps above the start."""

    steps: int
    endowment: Fraction
    trace: Trace


class _Rise:
    def __init__(
        self,
        problem: Problem,
        budget: int,
        engine: Engine,
        start: Fraction,
        step: Fraction,
        exhaustive: bool,
    ) -> None:
        self.problem, self.budget, self.engine = problem, budget, engine
        self.start, self.step, self.exhaustive = start, step, exhaustive
        self.tried = 0

    def completed(self) -> Completed:
        self.engine.expect(self.budget)
        share = Fraction(self.budget, self.problem.voters)
        lower = self.trial(0, share)
        if self.complete(lower):
            return self.answer(lower)
        stretch = 1
        while True:
            upper = self.trial(lower.steps + stretch)
            if same_between(lower.trace, upper.trace):
                stretch *= 2
            elif (last := self.last(lower, upper)) is not None:
                return self.answer(last)
            else:
                stretch = min(stretch * 2, _STRETCH)
            lower = upper

    def trial(
        self,
        steps: int,
        endowment: Fraction | None = None,
        above: Trace | None = None,
        below: Trace | None = None,
    ) -> _Trial:
        self.tried += 1
        if self.tried > MOST_TRIALS:
            raise UnsupportedRule(
                f"The count did not end after {MOST_TRIALS} endowments; a larger step may end it."
            )
        endowment = self.start + steps * self.step if endowment is None else endowment
        return _Trial(steps, endowment, self.engine.trace(endowment, above, below))

    def last(self, lower: _Trial, upper: _Trial) -> _Trial | None:
        """The last result that stands, if the rise ends between these two."""
        if same_between(lower.trace, upper.trace):
            return None
        if upper.steps == lower.steps + 1:
            if spent(self.problem, upper.trace.order) > self.budget:
                return lower
            return upper if self.complete(upper) else None
        steps = (lower.steps + upper.steps) // 2
        middle = self.trial(steps, above=upper.trace, below=lower.trace)
        return self.last(lower, middle) or self.last(middle, upper)

    def complete(self, trial: _Trial) -> bool:
        return complete(self.problem, trial.trace.order, self.budget, exhaustive=self.exhaustive)

    def answer(self, trial: _Trial) -> Completed:
        return Completed(trial.endowment, trial.trace.purchases, self.tried)


def spent(problem: Problem, bought: Sequence[str]) -> int:
    """What the projects bought cost together."""
    return sum(map(problem.costs.__getitem__, bought))


def complete(problem: Problem, bought: Sequence[str], budget: int, *, exhaustive: bool) -> bool:
    """Whether to stop: nothing with support is left, or (exhaustive) nothing left would fit."""
    won = set(bought)
    waiting = [problem.costs[one] for one in problem.supporters if one not in won]
    if not waiting:
        return True
    return exhaustive and min(waiting) > budget - spent(problem, bought)
