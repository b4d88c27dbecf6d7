"""How many, as people say it: "more than 60" for 65, but 60 for 60 and 18 for 18."""

from __future__ import annotations

from dataclasses import dataclass

EXACT_UNDER = 20


@dataclass(frozen=True)
class Rounded:
    """A number to say; `more` when the true one is greater."""

    number: int
    more: bool


def rounded(number: int) -> Rounded:
    """Down to whole tens, and "more than" only where that is true.

    Under twenty the number is said as it is, since "more than ten" for 18 hides nearly half; a
    whole ten is said as it is too, since 60 is not more than 60.
    """
    tens = number // 10 * 10
    if number < EXACT_UNDER or tens == number:
        return Rounded(number, more=False)
    return Rounded(tens, more=True)
