"""Prices next to each other do not make a completion walk step by step."""

import random
from fractions import Fraction

import pytest

from pb_portal.tally import Ballot, Election, Project, UnsupportedRule, count
from pb_portal.tally.__main__ import main
from pb_portal.tally.equal_shares import completion, fast, plain
from pb_portal.tally.equal_shares.problem import build
from tests.tally.test_draws import CASES
from tests.tally.test_engines import walked

RISING = ("equal-shares/add1-overspend", "equal-shares/add1-exhaustive", "equal-shares/add-opt")


def near_parallel(scale: int, gap: int = 1) -> Election:
    """Two projects a minor unit apart with the same supporters, and a third."""
    big = 3_000_000 * 10**scale
    costs = {"a": big, "b": big + gap, "c": big // 6}
    ballots = ("ab",) * 5 + ("abc",) * 5
    return Election(
        tuple(Project(one, cost) for one, cost in costs.items()),
        tuple(Ballot(tuple(one)) for one in ballots),
        big * 6 // 5,
        scale=scale,
    )


@pytest.mark.parametrize("rule", RISING)
@pytest.mark.parametrize("utility", ["cost", "cardinality"])
def test_two_projects_one_minor_unit_apart_take_few_endowments(rule, utility):
    outcome = count(near_parallel(2), f"{rule}:utility={utility}", "abc")
    assert set(outcome.selected) == {"a", "c"}
    assert outcome.figures["endowments_tried"] < 200


@pytest.mark.parametrize("seed", range(12))
def test_many_near_prices_with_other_supporters_take_few_endowments(seed):
    chance = random.Random(seed)
    ids = "abcdefgh"
    projects = tuple(Project(one, 10**9 + chance.randint(0, 3)) for one in ids)
    ballots = tuple(
        Ballot(tuple(chance.sample(ids, chance.randint(2, 5))), weight=chance.randint(1, 3))
        for _ in range(10)
    )
    election = Election(projects, ballots, 25 * 10**8)
    for rule in RISING:
        for utility in ("cost", "cardinality"):
            outcome = count(election, f"{rule}:utility={utility}", ids, draws=False)
            assert outcome.figures["endowments_tried"] < 3000, (rule, utility)


def test_near_prices_come_to_the_same_as_step_by_step():
    chance = random.Random(7)
    for _ in range(60):
        ids = "abcdef"[: chance.randint(3, 6)]
        base = chance.choice((40, 60, 100))
        projects = tuple(Project(one, base + chance.randint(0, 2)) for one in ids)
        ballots = tuple(
            Ballot(tuple(chance.sample(ids, chance.randint(1, len(ids)))))
            for _ in range(chance.randint(2, 7))
        )
        election = Election(projects, ballots, base * 2)
        rank = {one: place for place, one in enumerate(chance.sample(ids, len(ids)))}
        utility = chance.choice(("cost", "cardinality"))
        problem = build(election, rank, set(ids), utility)
        start, step = Fraction(election.budget, problem.voters), Fraction(1, chance.choice((1, 3)))
        rising = completion.rising(
            problem, election.budget, fast.Engine(problem), start=start, step=step
        )
        told = walked(problem, election.budget, start, step, exhaustive=False)
        assert (rising.endowment, rising.purchases) == told
        assert plain.run(problem, rising.endowment) == rising.purchases


def test_a_count_that_does_not_end_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(completion, "MOST_TRIALS", 5)
    with pytest.raises(UnsupportedRule, match="did not end after 5 endowments"):
        count(near_parallel(2), "equal-shares/add-opt", "abc")
    path = tmp_path / "vote.pb"
    path.write_text(
        "META\nkey;value\nbudget;36\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;30\n2;30.01\n"
        "3;5\nVOTES\nvoter_id;vote\na;1,2\nb;1,2,3\n"
    )
    assert main([str(path), "--rule", "equal-shares/add-opt"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_case_that_took_400044_trials():
    from pb_portal.tally.pabulib import read

    path = CASES / "near-parallel-prices.pb"
    if not path.exists():
        pytest.skip("the cases are not at hand")
    election = read(path).election
    for rule in RISING:
        outcome = count(election, f"{rule}:utility=cardinality", "abc")
        assert outcome.figures["endowments_tried"] < 200
