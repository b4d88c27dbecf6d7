"""Every published election at hand: the official winners, or a named reason why not."""

import contextlib
import io

import pytest
from pabulib.checker import Checker

from pb_portal.tally import city_additions, count, official_ties
from pb_portal.tally.pabulib import dumps, read

#: Files whose winners do not follow from what the file itself says.
CONTRADICTORY = {
    "Poland_Warszawa_2018_Las": "1649 passed the threshold and the budget pays for all projects, "
    "as the file's own fully_funded says, yet it is marked as not selected",
}


def test_the_official_winners_follow_from_the_ballots(published_file):
    election = read(published_file, voters=False).election
    if election.rule == "unknown":
        pytest.skip("the file names no rule")
    outcome = count(election, election.rule, official_ties(election), check_engines=True)
    assert outcome.total_cost - outcome.outside_cost <= election.budget
    if all(project.official is None for project in election.projects):
        pytest.skip("the file does not say who won")
    official = {project.id for project in election.projects if project.official}
    differs = {*outcome.selected, *city_additions(election, outcome)} != official
    assert differs == (published_file.stem in CONTRADICTORY)


#: Files that mark a project as paid from other money, by a rule that knows no such money.
ADDED = (
    "Poland_Gdynia_2020_Maly_Kack__large",
    "Poland_Gdynia_2022_Dzialki_Lesne__small",
    "Poland_Gdynia_2023_Babie_Doly__large",
)


def test_what_a_city_added_of_its_own_is_shown_as_that_and_computed_nowhere(published_file):
    election = read(published_file, voters=False).election
    if election.rule == "unknown" or election.rule.startswith("equal-shares"):
        pytest.skip("no rule, or one that takes long")
    outcome = count(election, election.rule, official_ties(election))
    added = city_additions(election, outcome)
    assert bool(added) == (published_file.stem in ADDED)
    for one in added:
        assert not outcome.explanation(one).selected


def test_a_published_file_written_again_is_the_same_and_the_checker_accepts_it(published_file):
    election = read(published_file).election
    text = dumps(election)
    assert read(text.encode()).election == election
    if len(text) > 200_000:
        return
    # The checker recounts equal shares for most of a minute; its other checks are wanted here.
    text = text.replace("rule;equalshares/add1", "rule;unknown", 1)
    text = text.replace("rule;unknown-comparison", "rule;unknown", 1)
    checker = Checker()
    with contextlib.redirect_stdout(io.StringIO()):
        results = checker.process_files([text])
    if published_file.stem not in CONTRADICTORY:
        assert results["metadata"]["valid"] == 1


def test_the_scores_a_file_publishes_are_those_of_its_ballots(published_file):
    reading = read(published_file, voters=False)
    repeated = {
        notice.params["project"] for notice in reading.notices if notice.code == "repeated_choice"
    }
    other = {
        notice.params["project"]
        for notice in reading.notices
        if notice.code in ("other_votes", "other_score")
    }
    assert other <= repeated


def test_wieliczka_told_its_losers_the_same_figures(published_files):
    path = published_files.get("Poland_Wieliczka_2023_Green_Budget")
    if path is None:
        pytest.skip("the file is not at hand")
    election = read(path, voters=False).election
    outcome = count(election, election.rule, official_ties(election))
    left = {one: outcome.explanation(one).params["behind"] for one in ("16", "21")}
    assert left["16"] // 100 == 49_998
    assert round(left["21"], -4) == 9_390_000
