"""Writing ``.pb`` files: the library's checker accepts them, and they read back the same."""

import contextlib
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pabulib.checker import Checker

from pb_portal.tally import Ballot, Conflict, Election, ElectionError, Limits, Project, count
from pb_portal.tally.pabulib import dumps, read

META = {
    "description": "Бюджет народного участия",
    "country": "Kazakhstan",
    "unit": "Almaty",
    "subunit": "Медеу",
    "instance": "2025",
    "date_begin": "27.10.2025",
    "date_end": "09.11.2025",
    "language": "kk",
}
ELECTION = Election(
    projects=(
        Project("1", 6_000_050, "Скамьи; «тень»", ("беседки", "озеленение"), official=1),
        Project("2", 5_000_000, 'Аула "Күн"', latitude="43.2", longitude="76.9", official=0),
    ),
    ballots=(Ballot(("1", "2"), voter_id="7"), Ballot(("1",), voter_id="8")),
    budget=10_000_000,
    limits=Limits(min_length=1, max_length=2),
    currency="KZT",
    meta=META,
)


def errors(text):
    checker = Checker()
    with contextlib.redirect_stdout(io.StringIO()):
        results = checker.process_files([text])
    (name,) = set(results) - {"metadata", "summary"}
    return results[name]["results"]["errors"]


def test_what_is_written_reads_back_the_same_and_the_checker_accepts_it():
    text = dumps(ELECTION)
    assert read(text.encode()).election == ELECTION
    assert errors(text) == {}


def test_equal_ballots_are_written_one_by_one_in_an_order_that_tells_nothing():
    ballots = (Ballot(("2",), weight=2), Ballot(("1", "2")), Ballot(("2",)))
    back = read(dumps(replace(ELECTION, ballots=ballots)).encode()).election
    assert [(one.voter_id, one.choices) for one in back.ballots] == [
        ("1", ("1", "2")), ("2", ("2",)), ("3", ("2",)), ("4", ("2",))
    ]  # fmt: skip


def test_blank_ballots_are_left_out_and_told():
    blank = replace(ELECTION, ballots=(*ELECTION.ballots, Ballot((), voter_id="9")))
    text = dumps(blank)
    assert "#1: Blank ballots left out: 1." in text
    assert read(text.encode()).election.ballots == ELECTION.ballots
    assert errors(text) == {}


@pytest.mark.parametrize(
    "rule",
    ["greedy-no-skip", "greedy-per-cost", "greedy:scoring=votes", "equal-shares",
     "equal-shares/add1-overspend:comparison=satisfaction", "equal-shares/add-opt", "phragmen"],
)  # fmt: skip
def test_every_rule_reads_back_whether_the_format_knows_it_or_not(rule):
    text = dumps(replace(ELECTION, rule=rule))
    assert read(text.encode()).election.rule == rule


def test_a_threshold_makes_the_rule_the_formats_threshold_rule():
    text = dumps(replace(ELECTION, limits=Limits(min_score=2)))
    back = read(text.encode()).election
    assert (back.rule, back.limits.min_score) == ("greedy-threshold", 2)


def test_conflicts_read_back():
    conflicts = (Conflict(("1", "2"), "2"),)
    text = dumps(replace(ELECTION, rule="greedy-exclusive", conflicts=conflicts))
    assert read(text.encode()).election.conflicts == conflicts


def test_points_and_scores_are_written():
    ballots = (Ballot(("1", "2"), (3, 1), "7"), Ballot(("2",), (2,), "8"))
    election = replace(ELECTION, vote_type="cumulative", ballots=ballots)
    election = replace(election, limits=Limits(max_sum_points=4))
    text = dumps(election)
    assert "project_id;cost;votes;score;name" in text
    assert read(text.encode()).election == election
    assert errors(text) == {}


def test_a_withdrawn_project_keeps_its_mark():
    gone = replace(ELECTION.projects[1], withdrawn=True)
    text = dumps(replace(ELECTION, projects=(ELECTION.projects[0], gone)))
    assert read(text.encode()).election.projects[1].withdrawn
    assert errors(text) == {}


@pytest.mark.parametrize("project_id", ["", "a,b", " a", "votes", "a\nb"])
def test_an_id_the_format_cannot_hold_is_refused(project_id):
    with pytest.raises(ElectionError, match="project id"):
        dumps(replace(ELECTION, projects=(Project(project_id, 1),), ballots=()))


def test_a_file_without_what_the_format_requires_is_refused():
    with pytest.raises(ElectionError, match="date_end"):
        dumps(replace(ELECTION, meta={k: v for k, v in META.items() if k != "date_end"}))


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12).map(
    str.strip
)


@st.composite
def elections(draw):
    ids = draw(st.lists(st.sampled_from("абв123xyz"), unique=True, min_size=1, max_size=5))
    kind = draw(st.sampled_from(["approval", "cumulative", "ordinal"]))
    ballots = []
    for number in range(draw(st.integers(0, 6))):
        choices = tuple(draw(st.lists(st.sampled_from(ids), unique=True, min_size=1)))
        points = tuple(draw(st.integers(0, 9)) for _ in choices) if kind == "cumulative" else ()
        ballots.append(Ballot(choices, points, str(number)))
    return Election(
        projects=tuple(
            Project(one, draw(st.integers(1, 10**8)), draw(WORDS.filter(bool))) for one in ids
        ),
        ballots=tuple(ballots),
        budget=draw(st.integers(0, 10**12)),
        vote_type=kind,
        limits=Limits(max_sum_points=99 if kind == "cumulative" else None),
        currency="KZT",
        meta=META,
    )


@given(elections())
@settings(deadline=None)
def test_any_election_reads_back_the_same(election):
    assert read(dumps(election).encode()).election == election


@given(elections())
@settings(deadline=None, max_examples=50)
def test_a_counted_election_is_accepted_by_the_checker(election):
    # The checker takes costs as whole units and lets a project win that nobody voted for.
    ballots = (*election.ballots, *(_only(election, one) for one in election.projects))
    projects = tuple(replace(one, cost=one.cost * 100) for one in election.projects)
    dear = max(project.cost for project in projects)
    election = replace(
        election, projects=projects, ballots=ballots, budget=max(election.budget, dear)
    )
    order = [project.id for project in projects]
    winners = set(count(election, "greedy", order).selected)
    marked = tuple(replace(one, official=int(one.id in winners)) for one in projects)
    assert errors(dumps(replace(election, projects=marked))) == {}


def _only(election, project):
    points = (9,) if election.vote_type == "cumulative" else ()
    return Ballot((project.id,), points, f"only {project.id}")
