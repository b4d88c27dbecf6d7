"""Small elections full of equals, and every rule with its options, for tests by the thousand."""

import random

from pb_portal.tally import Ballot, Conflict, Election, Limits, Project

SHARES = ("equal-shares", "equal-shares/add1-overspend", "equal-shares/add1-exhaustive")
GREEDY = (
    "greedy",
    "greedy-no-skip",
    "greedy-threshold",
    "greedy-exclusive",
    "greedy-per-cost",
    "greedy-custom",
)


def random_election(chance: random.Random, most_projects: int = 5, scale: int = 0) -> Election:
    """Few costs, few ballots, many equals; also what is too dear, free, withdrawn or unloved."""
    ids = [str(number) for number in range(1, chance.randint(1, most_projects) + 1)]
    kind = chance.choice(("approval", "approval", "approval", "choose-1", "cumulative", "ordinal"))
    costs = chance.choice(((1, 2, 3), (2, 3, 4, 30), (0, 1, 5, 6), (3, 3, 10)))
    ballots = []
    for _ in range(chance.randint(0, 7)):
        most = 1 if kind == "choose-1" else len(ids)
        choices = tuple(chance.sample(ids, chance.randint(0, most)))
        points = tuple(chance.randint(0, 3) for _ in choices) if kind == "cumulative" else ()
        ballots.append(Ballot(choices, points, weight=chance.choice((1, 1, 2, 12))))
    conflicts = ()
    if len(ids) > 2 and chance.random() < 0.3:
        conflicts = (Conflict(tuple(chance.sample(ids, 2)), None),)
    return Election(
        projects=tuple(
            Project(one, chance.choice(costs), withdrawn=chance.random() < 0.05) for one in ids
        ),
        ballots=tuple(ballots),
        budget=chance.randint(0, 14),
        vote_type=kind,
        limits=Limits(min_score=chance.choice((0, 0, 0, 2))),
        conflicts=conflicts,
        scale=scale,
    )


def random_rule(chance: random.Random, election: Election) -> str:
    """A rule that can count the election, with options."""
    own = () if election.vote_type in ("approval", "choose-1") else ("scoring=votes",)
    some = list(own) if chance.random() < 0.5 else []
    name = chance.choice((*GREEDY, *SHARES, *SHARES, *SHARES, "equal-shares/add-opt", "phragmen"))
    if name.startswith("greedy"):
        if chance.random() < 0.3:
            some.append(f"awards={chance.randint(1, 2)}")
        if name == "greedy-custom" and chance.random() < 0.5:
            some.append("near=50")
    elif name == "phragmen":
        some = [*own, f"fit={chance.choice(('stop', 'skip'))}"]
    else:
        some.append(f"utility={chance.choice(('cost', 'cardinality'))}")
        some.append(f"topup={chance.choice(('none', 'greedy'))}")
        some.append(f"comparison={chance.choice(('none', 'none', 'satisfaction'))}")
        some.append(f"ties={chance.choice(('lot', 'lot', 'cost-votes'))}")
        if "/add1" in name:
            some.append(f"start={chance.choice(('exact', 'floor'))}")
    if chance.random() < 0.2:
        some.append(f"threshold={chance.randint(1, 3)}")
    return f"{name}:{','.join(some)}" if some else name
