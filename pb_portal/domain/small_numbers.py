"""The rule of small numbers: what is not published because it would tell how single people voted.

Winners are always published. Figures of an area in which fewer people voted than the rule book's
smallest group are not, nor anything from which they could be worked out: the total less the others,
an order, a reason, a digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pb_portal.domain.ballots import KNAPSACK, POINTS, RANKING
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


@dataclass(frozen=True)
class Counted:
    """What was counted in one area: its code, its ballots, and the votes of its proposals."""

    code: str
    ballots: int
    votes: Sequence[int]


def withheld(areas: Mapping[int, Counted], rules: RuleBook) -> Withheld:
    """What is withheld of a count by area.

    The total less the published areas must leave a group of two areas and the smallest group at
    least; otherwise the next larger area, the shield, keeps the number of its ballots back too, and
    its votes where they would tell it.
    """
    smallest = rules.smallest_group
    small = {area for area, one in areas.items() if 0 < one.ballots < smallest}
    if not small:
        return Withheld()
    hidden, figures = set(small), set(small)
    together = sum(areas[area].ballots for area in small)
    others = [area for area, one in areas.items() if one.ballots >= smallest]
    if others and (len(small) == 1 or together < smallest):
        shield = min(others, key=lambda area: (areas[area].ballots, area))
        hidden.add(shield)
        together += areas[shield].ballots
        if votes_tell(rules, areas[shield], together, len(small)):
            figures.add(shield)
    total = len(hidden) == 1 or together < smallest
    return Withheld(frozenset(figures), frozenset(hidden), total)


def votes_tell(rules: RuleBook, shield: Counted, together: int, small: int) -> bool:
    """Whether the votes of the shield narrow down how many voted in the `small` areas beside it.

    `together` is what the total leaves for all of them. A ballot holds from the least to the most
    choices, and one vote for a proposal at most: that bounds the shield, and so the rest.
    """
    if rules.ballot_type in (POINTS, RANKING) or not _is_counted_by_votes(rules, shield.code):
        return True
    votes = sum(shield.votes)
    least = max(shield.votes, default=0)
    if rules.ballot_type != KNAPSACK:
        least = max(least, -(-votes // rules.max_choices))
    most = votes // max(1, rules.min_choices)
    return together - most > small or together - least < small * (rules.smallest_group - 1)


def _is_counted_by_votes(rules: RuleBook, code: str) -> bool:
    """Whether reasons of the area's rule hold no more than votes and costs."""
    try:
        return can_count_totals(parse_rule(rules.rule_of(code)))
    except ElectionError:
        return False
