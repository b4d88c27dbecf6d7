"""Several areas counted as one vote, with money that some leave over moved before another counts.

Łódź moves what its districts leave unspent to the city-wide pot before that is counted. An
``Area`` that ``takes_from`` others is counted after them, with its own budget and all that they
left; each area's money goes to one other at most. Money paid from outside a budget (reserve,
awards) is not part of what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Election, ElectionError
from pb_portal.tally.outcome import Outcome
from pb_portal.tally.rules import count

Draw = Callable[[Election], Ties]


@dataclass(frozen=True, slots=True)
class Area:
    """One area's vote. ``rule`` is the election's own unless it says otherwise."""

    code: str
    election: Election
    rule: str = ""
    takes_from: tuple[str, ...] = ()


def count_areas(
    areas: Sequence[Area], draw: Draw, *, check_engines: bool = False
) -> dict[str, Outcome]:
    """Count all areas, each after those it takes money from; outcomes by code, as listed.

    ``draw`` gives the order of ties of an election, such as ``lambda one: lot(seed, one)``.
    Raises ``ElectionError`` where money would go in a circle or two ways.
    """
    by_code = {area.code: area for area in areas}
    left: dict[str, int] = {}
    outcomes: dict[str, Outcome] = {}
    for code in order_of({area.code: area.takes_from for area in areas}):
        election = with_leftovers(by_code[code], by_code, left)
        rule = by_code[code].rule or election.rule
        outcomes[code] = count(election, rule, draw(election), check_engines=check_engines)
        left[code] = left_over(outcomes[code])
    return {code: outcomes[code] for code in by_code}


def order_of(takes_from: Mapping[str, Sequence[str]]) -> list[str]:
    """The codes in an order in which money that moves is known before it is needed."""
    givers = [one for taken in takes_from.values() for one in taken]
    for one in givers:
        if one not in takes_from:
            raise ElectionError(f"There is no area {one} to take money from.")
        if givers.count(one) > 1:
            raise ElectionError(f"What area {one} leaves over would go to two areas.")
    done: list[str] = []
    while len(done) < len(takes_from):
        ready = [
            code for code, taken in takes_from.items() if code not in done and set(taken) <= {*done}
        ]
        if not ready:
            raise ElectionError("What areas leave over would go round in a circle.")
        done += ready
    return done


def left_over(outcome: Outcome) -> int:
    """What an area did not spend of its own budget."""
    return outcome.budget - (outcome.total_cost - outcome.outside_cost)


def with_leftovers(area: Area, areas: Mapping[str, Area], left: Mapping[str, int]) -> Election:
    """The area's election with its own budget and what others left to it."""
    election, budget = area.election, area.election.budget
    for giver in area.takes_from:
        budget += _in_units_of(election, areas[giver].election, left[giver])
    return election if budget == election.budget else replace(election, budget=budget)


def _in_units_of(here: Election, there: Election, amount: int) -> int:
    """An amount of one election in the minor units of another."""
    if here.currency != there.currency:
        raise ElectionError("Money cannot move between areas that count in other currencies.")
    here_unit, there_unit = pow(10, here.scale), pow(10, there.scale)
    units, rest = divmod(amount * int(here_unit), int(there_unit))
    if rest:
        raise ElectionError("Money would move in units finer than those of the area it goes to.")
    return units
