"""What must hold for every election and every rule."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pb_portal.tally import (
    Ballot,
    Conflict,
    Election,
    Limits,
    Project,
    anonymous,
    count,
    lot_order,
    names,
)

RULES = st.sampled_from(names())


@st.composite
def elections(draw):
    """Small elections with many equals: few costs, few projects, few kinds of ballots."""
    ids = "abcdef"[: draw(st.integers(1, 6))]
    costs = draw(st.lists(st.integers(1, 6), min_size=len(ids), max_size=len(ids)))
    ballots = draw(st.lists(st.sets(st.sampled_from(ids)), max_size=8))
    conflicts = draw(st.lists(st.sets(st.sampled_from(ids), min_size=2), max_size=1)) if len(
        ids
    ) > 1 else []  # fmt: skip
    return Election(
        projects=tuple(Project(one, cost) for one, cost in zip(ids, costs, strict=True)),
        ballots=tuple(Ballot(tuple(sorted(ballot))) for ballot in ballots),
        budget=draw(st.integers(0, 20)),
        limits=Limits(min_score=draw(st.integers(0, 2))),
        conflicts=tuple(Conflict(tuple(sorted(one))) for one in conflicts),
        scale=0,
    )


@st.composite
def counts(draw):
    """An election and a rule that can count it."""
    rule, election = draw(RULES), draw(elections())
    if not rule.startswith("greedy"):
        election = replace(election, conflicts=())
    return election, rule


def order(election):
    return lot_order(b"seed", [project.id for project in election.projects])


@given(counts())
@settings(deadline=None)
def test_the_budget_pays_for_all_that_is_not_paid_from_outside(case):
    election, rule = case
    outcome = count(election, rule, order(election))
    assert outcome.total_cost - outcome.outside_cost <= election.budget
    costs = {project.id: project.cost for project in election.projects}
    assert outcome.total_cost == sum(costs[one] for one in outcome.selected)


@given(counts(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_neither_the_order_of_ballots_nor_of_projects_matters(case, chance):
    election, rule = case
    ballots, projects = list(election.ballots), list(election.projects)
    chance.shuffle(ballots)
    chance.shuffle(projects)
    shuffled = replace(election, ballots=tuple(ballots), projects=tuple(projects))
    assert count(shuffled, rule, order(election)) == count(election, rule, order(election))


@given(counts())
@settings(deadline=None)
def test_the_names_of_projects_do_not_matter(case):
    election, rule = case
    new = {project.id: f"x{number}" for number, project in enumerate(election.projects)}
    renamed = replace(
        election,
        projects=tuple(replace(one, id=new[one.id], name=one.id) for one in election.projects),
        ballots=tuple(Ballot(tuple(new[one] for one in b.choices)) for b in election.ballots),
        conflicts=tuple(
            Conflict(tuple(new[one] for one in conflict.projects))
            for conflict in election.conflicts
        ),
    )
    before = count(election, rule, order(election))
    after = count(renamed, rule, [new[one] for one in order(election)])
    assert after.selected == tuple(new[one] for one in before.selected)


@given(counts())
@settings(deadline=None)
def test_joining_equal_ballots_changes_nothing(case):
    election, rule = case
    joined = anonymous(election)
    assert count(joined, rule, order(election)) == count(election, rule, order(election))


@given(counts())
@settings(deadline=None)
def test_every_project_has_one_reason_and_winners_are_those_whose_reason_says_so(case):
    election, rule = case
    outcome = count(election, rule, order(election))
    assert sorted(one.project_id for one in outcome.explanations) == sorted(
        project.id for project in election.projects
    )
    winners = {one.project_id for one in outcome.explanations if one.selected}
    assert winners == set(outcome.selected)
    assert [one.rank for one in outcome.explanations] == list(range(1, len(election.projects) + 1))
