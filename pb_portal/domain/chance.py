"""Exact chances, without floats."""

from __future__ import annotations

from fractions import Fraction


def binomial_tail(trials: int, least: int, chance: Fraction) -> Fraction:
    """The exact chance of at least so many successes, 0 < chance < 1."""
    hit, all_parts = chance.numerator, chance.denominator
    miss = all_parts - hit
    term, total = miss**trials, 0
    for number in range(trials + 1):
        if number >= least:
            total += term
        if number < trials:
            term = term * (trials - number) * hit // ((number + 1) * miss)
    return Fraction(total, all_parts**trials)
