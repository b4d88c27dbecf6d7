"""The rule of small numbers: what is not published because it would tell how single people voted.

Winners are always published. Figures of an area in which fewer people voted than the rule book's
smallest group are not, nor anything from which they could be worked out: the total less the others,
an order, a reason, a digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pb_portal.domain.ballots import POINTS
from pb_portal.domain.rule_book import RuleBook
from pb_portal.tally import ElectionError, parse_rule
from pb_portal.tally.bundle.record import can_count_totals

BALLOTS_FROM = 300
"""Single ballots of an area are published from so many on."""


@dataclass(frozen=True)
class Withheld:
    """Areas by id whose figures, or the number of whose ballots, are not published."""

    figures: frozenset[int] = frozenset()
    counts: frozenset[int] = frozenset()
    """Figures among them, and areas large enough whose number would open a small one."""
    total: bool = False
    """Nor how many voted in the whole city."""

    def __bool__(self) -> bool:
        return bool(self.counts)


def withheld(ballots: Mapping[int, int], codes: Mapping[int, str], rules: RuleBook) -> Withheld:
    """What is withheld of a count: `ballots` and `codes` by area.

    The total less the published areas must leave a group of two areas and the smallest group at
    least; otherwise the next larger area keeps the number of its ballots back too.
    """
    smallest = rules.smallest_group
    hidden = {area for area, number in ballots.items() if 0 < number < smallest}
    if not hidden:
        return Withheld()
    figures = set(hidden)
    together = sum(ballots[area] for area in hidden)
    others = [area for area, number in ballots.items() if number >= smallest]
    if others and (len(hidden) == 1 or together < smallest):
        shield = min(others, key=lambda area: (ballots[area], area))
        hidden.add(shield)
        together += ballots[shield]
        if figures_tell_ballots(rules, codes[shield]):
            figures.add(shield)
    total = len(hidden) == 1 or together < smallest
    return Withheld(frozenset(figures), frozenset(hidden), total)


def figures_tell_ballots(rules: RuleBook, code: str) -> bool:
    """Whether votes or reasons of an area give away how many ballots there were."""
    if rules.max_choices in (1, rules.min_choices):
        return True
    if rules.ballot_type == POINTS and rules.spend_all:
        return True
    try:
        return not can_count_totals(parse_rule(rules.rule_of(code)))
    except ElectionError:
        return True
