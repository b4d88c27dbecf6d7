"""What another draw of the lot would have changed, found by counting again.

A count notes each pair of equals whose order it relied on (``Draw.relied``). Every order of the lot
that agrees with all pairs gives the same count, so those that may give another turn at least one of
them round. The search takes one pair after another, turns it round while the pairs before it stay,
counts, and goes on with the pairs of that count: no two recounts answer the same question, and all
orders are covered when the search comes to its end.

Elections full of equals have too many draws to try. Then the search ends after ``most`` recounts,
and a project is said to have lost the lot only if a recount showed it to win.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

#: The lot put the first before the second, and that mattered.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Draw:
    """One count: its winners, and the pairs of equals whose order it relied on."""

    winners: frozenset[str]
    relied: tuple[Pair, ...]


Recount = Callable[[Sequence[str]], Draw]


def find_lost_lots(
    order: Sequence[str], draw: Draw, recount: Recount, losers: Collection[str], most: int
) -> dict[str, tuple[str, ...]]:
    """The losers that another draw would have made win, with those drawn before them.

    ``draw`` is the count by ``order``. A loser is given with its equals; where it had none, with
    the projects in whose favour the draw was that decided against it.
    """
    return _Search(order, draw, recount, losers, most).run() if draw.relied else {}


class _Search:
    def __init__(
        self,
        order: Sequence[str],
        draw: Draw,
        recount: Recount,
        losers: Collection[str],
        most: int,
    ) -> None:
        self.order, self.draw, self.recount = order, draw, recount
        self.place = {project_id: place for place, project_id in enumerate(order)}
        self.open = set(losers)
        self.left = most
        self.lost: dict[str, tuple[str, ...]] = {}

    def run(self) -> dict[str, tuple[str, ...]]:
        self.put_first()
        self.turn_round()
        return self.lost

    def put_first(self) -> None:
        """Each loser that was drawn after an equal is tried as the first of all."""
        for loser in dict.fromkeys(second for _, second in self.draw.relied):
            if loser in self.open and self.left:
                self.count([loser, *(one for one in self.order if one != loser)])

    def turn_round(self) -> None:
        """One order for each way in which pairs can be turned, as far as they go together."""
        waiting: deque[tuple[tuple[Pair, ...], Draw]] = deque([((), self.draw)])
        while waiting:
            fixed, draw = waiting.popleft()
            for at, (first, second) in enumerate(draw.relied):
                if not (self.open and self.left):
                    return
                pairs = (*fixed, *draw.relied[:at], (second, first))
                order = self.order_with(pairs)
                if order is not None:
                    waiting.append((pairs, self.count(order)))

    def count(self, order: Sequence[str]) -> Draw:
        self.left -= 1
        draw = self.recount(order)
        place = {project_id: number for number, project_id in enumerate(order)}
        turned = [pair for pair in self.draw.relied if place[pair[1]] < place[pair[0]]]
        for loser in self.open & draw.winners:
            equals = tuple(first for first, second in turned if second == loser)
            self.lost[loser] = equals or tuple(dict.fromkeys(first for first, _ in turned))
            self.open.remove(loser)
        return draw

    def order_with(self, pairs: Iterable[Pair]) -> list[str] | None:
        """The order nearest to the one drawn that agrees with these pairs; None if none does."""
        after: dict[str, set[str]] = {one: set() for one in self.order}
        before = dict.fromkeys(self.order, 0)
        for first, second in pairs:
            if second not in after[first]:
                after[first].add(second)
                before[second] += 1
        free = [(self.place[one], one) for one, number in before.items() if not number]
        heapify(free)
        order: list[str] = []
        while free:
            _, one = heappop(free)
            order.append(one)
            for later in after[one]:
                before[later] -= 1
                if not before[later]:
                    heappush(free, (self.place[later], later))
        return order if len(order) == len(self.order) else None
