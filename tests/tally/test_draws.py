"""“Lost the lot” is said of what another draw would have changed, and of nothing else."""

import itertools
import json
import os
import random
from pathlib import Path

import pytest

from pb_portal.tally import Ballot, Election, Project, count, parse_rule
from pb_portal.tally.__main__ import main
from pb_portal.tally.draws import Draw, find_lost_lots
from pb_portal.tally.english import sentence
from pb_portal.tally.pabulib import dumps, read
from tests.tally.conftest import ROOT
from tests.tally.random_elections import random_election, random_rule

CASES = Path(os.environ.get("TALLY_CASES", ROOT.parent / "shared" / "cases" / "tally"))
#: TALLY_ELECTIONS=10000 tries more.
HOW_MANY = int(os.environ.get("TALLY_ELECTIONS", "300"))
META = {
    "description": "A vote",
    "country": "Kazakhstan",
    "unit": "Almaty",
    "instance": "2026",
    "date_begin": "2026",
    "date_end": "2026",
}
SHARED_RULES = (
    "equal-shares",
    "equal-shares:utility=cardinality",
    "equal-shares/add1-overspend",
    "equal-shares/add1-exhaustive:comparison=satisfaction",
    "equal-shares/add-opt:topup=greedy",
    "phragmen",
    "phragmen:fit=skip",
    "greedy",
    "greedy-no-skip",
    "greedy-custom",
)


def lost_lots(election: Election, rule: str, order) -> set[str]:
    outcome = count(election, rule, order)
    return {one.project_id for one in outcome.explanations if one.code == "lost_lot"}


def lost_by_brute_force(election: Election, rule: str, order) -> set[str]:
    """The losers that win by one order or another, all orders tried."""
    losers = set(order) - set(count(election, rule, order).selected)
    found: set[str] = set()
    for other in itertools.permutations(order):
        found |= losers & set(count(election, rule, other, draws=False).selected)
        if found == losers:
            break
    return found


def random_case(seed: int, most: int = 5):
    chance = random.Random(seed)
    election = random_election(chance, most, chance.choice((0, 0, 2)))
    rule = random_rule(chance, election)
    ids = [project.id for project in election.projects]
    return election, rule, chance.sample(ids, len(ids))


def test_the_lot_is_lost_if_and_only_if_another_draw_wins():
    told = 0
    for seed in range(HOW_MANY):
        election, rule, order = random_case(seed)
        lots = lost_lots(election, rule, order)
        assert lots == lost_by_brute_force(election, rule, order), (seed, rule)
        told += len(lots)
    assert told > HOW_MANY // 30, "the elections are not built to tie"


def test_reasons_have_three_numbers_and_a_sentence_under_every_rule():
    for seed in range(HOW_MANY * 4):
        election, rule, order = random_case(seed, 6)
        for one in count(election, rule, order).explanations:
            assert one.behind >= 0
            assert one.shortfall == max(0, one.cost - one.behind)
            assert one.params.get("shortfall", one.shortfall) == one.shortfall, (seed, one)
            assert sentence(election, one)


def test_explaining_never_fails_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "vote.pb"
    for seed in range(HOW_MANY):
        election, rule, _ = random_case(seed, 6)
        path.write_text(dumps(Election(**{**fields(election), "meta": META})), "utf-8")
        for given in (["--json"], []):
            status = main([str(path), "--rule", rule, "--explain", *given, "--seed", f"{seed:04x}"])
            out, error = capsys.readouterr()
            assert status == 0 or error.count("\n") == 1, (seed, rule, error)
            if given and status == 0:
                explained = json.loads(out)["explanations"]
                assert all({"cost", "behind", "shortfall"} <= one.keys() for one in explained)


def fields(election: Election) -> dict[str, object]:
    return {name: getattr(election, name) for name in Election.__slots__}


def test_two_equals_for_the_money_of_one_voter(make):
    election = make({"a": 6, "b": 6}, ["ab"], 6)
    for rule in SHARED_RULES:
        outcome = count(election, rule, "ab")
        assert outcome.selected == ("a",)
        lost = outcome.explanation("b")
        assert (lost.code, lost.params["against"]) == ("lost_lot", ("a",)), rule
        assert "lost the lot to a" in sentence(election, lost)


def test_what_costs_more_than_the_budget_never_lost_a_lot(make):
    election = make({"a": 3, "b": 10}, ["ab"], 3)
    for rule in SHARED_RULES:
        for order in ("ab", "ba"):
            assert count(election, rule, order).explanation("b").code != "lost_lot", rule


def test_where_votes_decided_nothing_is_said_of_a_lot(make):
    """At the first price a and b tie, but b is never drawn into the budget: c takes the rest."""
    election = make({"a": 5, "b": 5, "c": 5}, ["ab"] * 3 + ["c"] * 4, 10)
    for order in ("abc", "bac"):
        outcome = count(election, "greedy", order)
        assert outcome.explanation(order[1]).code == "lost_lot"
        assert outcome.explanation("c").code == "won"
    election = make({"a": 5, "b": 5}, ["ab"] * 2 + ["a"], 5)
    assert count(election, "greedy", "ba").explanation("b").code == "no_money_left"
    assert count(election, "equal-shares", "ba").explanation("b").code != "lost_lot"


def test_a_lot_between_others_that_decided_is_told_with_their_names(make):
    """The dearer of two equals is drawn first and leaves too little for c; the other would not."""
    election = make({"a": 8, "b": 4, "c": 3}, ["ab", "ab", "c"], 10)
    outcome = count(election, "greedy", "abc")
    assert outcome.selected == ("a",)
    assert outcome.explanation("c").code == "lost_lot"
    assert outcome.explanation("c").params["against"] == ("a",)


def test_under_comparison_the_lot_is_that_of_the_whole_rule(make):
    """Greedy's winners replace those by shares; a project that loses by both lost no lot."""
    for seed in range(60):
        chance = random.Random(seed)
        ballots = ["".join(chance.sample("abcd", 2)) for _ in range(5)]
        election = make(dict.fromkeys("abcd", 4), ballots, 9)
        rule = "equal-shares/add1-overspend:comparison=satisfaction"
        assert lost_lots(election, rule, "abcd") == lost_by_brute_force(election, rule, "abcd")


def test_awarded_projects_can_be_built_beside_the_winners():
    from pb_portal.tally import Conflict

    election = Election(
        tuple(Project(one, cost) for one, cost in (("a", 5), ("b", 5), ("c", 5))),
        tuple(Ballot((one,), weight=weight) for one, weight in (("a", 9), ("b", 5), ("c", 4))),
        5,
        conflicts=(Conflict(("a", "b")),),
        scale=0,
    )
    outcome = count(election, "greedy:awards=1", "abc")
    assert outcome.selected == ("a", "c")
    assert outcome.explanation("b").code == "excluded_by"


def test_the_search_ends_after_so_many_recounts_and_says_only_what_it_saw():
    calls = []

    def recount(order):
        calls.append(tuple(order))
        return Draw(frozenset(order[:1]), tuple((order[0], one) for one in order[1:]))

    ids = [str(number) for number in range(40)]
    lost = find_lost_lots(ids, recount(ids), recount, ids[1:], 10)
    assert len(calls) == 11 and set(lost) == {order[0] for order in calls[1:]}
    calls.clear()
    assert set(find_lost_lots(ids, recount(ids), recount, ids[1:], 1000)) == set(ids[1:])


@pytest.mark.parametrize("name", ["explain-lost-lot-crash.pb", "lost-lot-over-budget.pb"])
def test_the_cases_that_failed(name, capsys):
    if not (CASES / name).exists():
        pytest.skip("the cases are not at hand")
    election = read(CASES / name).election
    order = [project.id for project in election.projects]
    for rule in (*SHARED_RULES, "equal-shares:ties=cost-votes"):
        assert main([str(CASES / name), "--rule", rule, "--explain", "--json"]) == 0
        json.loads(capsys.readouterr().out)
        assert lost_lots(election, rule, order) == lost_by_brute_force(election, rule, order)


def test_every_rule_is_tried():
    tried = {parse_rule(random_case(seed)[1]).name for seed in range(400)}
    from pb_portal.tally import names

    assert tried == set(names())
