"""The Method of Equal Shares, short enough to read aloud, in exact fractions.

Everybody has the same money. Again and again, the project is bought whose supporters get the most
for their money: each of them pays the same for a point of utility, or all that is left to them.
When no supporters can pay for a project together, it is over.
"""

from __future__ import annotations

from fractions import Fraction

from pb_portal.tally.equal_shares.problem import Problem, Purchase


def run(problem: Problem, endowment: Fraction) -> list[Purchase]:
    """The purchases, in order, when every voter starts with this endowment."""
    money = [endowment] * len(problem.groups)
    waiting = set(problem.supporters)
    purchases: list[Purchase] = []
    while True:
        offers = []
        for project_id in waiting:
            share = find_share(problem, money, project_id)
            if share is not None:
                price = share / problem.value(project_id) if problem.value(project_id) else share
                offers.append((price, problem.rank[project_id], project_id, share))
        if not offers:
            return purchases
        _, _, project_id, share = min(offers)
        for group, points in problem.supporters[project_id]:
            money[group] -= min(money[group], share * points)
        waiting.remove(project_id)
        purchases.append(Purchase(project_id, share))


def find_share(problem: Problem, money: list[Fraction], project_id: str) -> Fraction | None:
    """What each supporter pays for a point so that the cost is met; None if it cannot be."""
    cost = Fraction(problem.costs[project_id])
    payers = [
        (money[group] / points, money[group], points, problem.groups[group])
        for group, points in problem.supporters[project_id]
    ]
    if sum(held * voters for _, held, _, voters in payers) < cost:
        return None
    points_left = sum(points * voters for _, _, points, voters in payers)
    for poorest, held, points, voters in sorted(payers):
        if cost <= poorest * points_left:
            break
        cost -= held * voters
        points_left -= points * voters
    return cost / points_left
