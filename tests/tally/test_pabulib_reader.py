"""Reading ``.pb`` files: what is kept, what is noticed, what is refused and in which words."""

import io
import time

import pytest

from pb_portal.tally import Conflict, city_additions, count, official_ties
from pb_portal.tally.pabulib import PabulibError, read

META = {
    "description": "A vote",
    "country": "Kazakhstan",
    "unit": "Almaty",
    "instance": "2026",
    "num_projects": "2",
    "num_votes": "2",
    "budget": "100",
    "vote_type": "approval",
    "rule": "greedy",
    "date_begin": "27.10.2025",
    "date_end": "09.11.2025",
}
PROJECTS = ["project_id;cost;name", "p1;60;Скамья", "p2;50;Арық"]
VOTES = ["voter_id;vote", "v1;p1,p2", "v2;p1"]


def pb(meta=None, projects=None, votes=None, drop=(), newline="\n"):
    """A file as bytes; ``meta`` changes single keys."""
    keys = {**META, **(meta or {})}
    rows = ["META", "key;value", *(f"{k};{v}" for k, v in keys.items() if k not in drop)]
    rows += ["PROJECTS", *(projects or PROJECTS), "VOTES", *(votes or VOTES)]
    return (newline.join(rows) + newline).encode()


def test_a_plain_file_is_read():
    election = read(pb()).election
    assert [(one.id, one.cost, one.name) for one in election.projects] == [
        ("p1", 6000, "Скамья"),
        ("p2", 5000, "Арық"),
    ]
    assert [ballot.choices for ballot in election.ballots] == [("p1", "p2"), ("p1",)]
    assert (election.budget, election.scale, election.rule) == (10000, 2, "greedy")
    assert election.meta["unit"] == "Almaty"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(newline, mark):
    assert read(mark + pb(newline=newline)).election == read(pb()).election


def test_blank_lines_and_blanks_around_fields_make_no_difference():
    messy = pb(votes=["voter_id;vote", "", " v1 ; p1 , p2 ", "v2;p1", ""])
    assert read(messy).election == read(pb()).election


def test_a_quoted_field_may_hold_semicolons_quotes_and_line_ends():
    projects = ["project_id;cost;name", 'p1;60;"A; ""B""\nC"', "p2;50;D"]
    assert read(pb(projects=projects)).election.projects[0].name == 'A; "B"\nC'


def test_fields_of_no_known_name_are_kept():
    reading = read(
        pb(
            {"weather": "rain"},
            ["project_id;cost;name;colour;public_id", "p1;60;A;red;7", "p2;50;B;;"],
            ["voter_id;vote;age;mood", "v1;p1;40;good", "v2;p2;;"],
        )
    ).election
    assert reading.meta["weather"] == "rain"
    assert reading.projects[0].extra == {"colour": "red", "public_id": "7"}
    assert [ballot.extra for ballot in reading.ballots] == [{"age": "40", "mood": "good"}, {}]


def test_fractions_of_money_are_exact():
    projects = ["project_id;cost", "p1;1459730.46", "p2;0.125"]
    election = read(pb({"budget": "400000.0"}, projects)).election
    assert election.scale == 3
    assert [one.cost for one in election.projects] == [1459730460, 125]
    assert str(election.money(election.projects[0].cost)) == "1459730.460"


def test_points_go_with_their_projects():
    votes = ["voter_id;vote;points", "v1;p1,p2;3,1", "v2;p2;2.5"]
    election = read(pb({"vote_type": "cumulative"}, votes=votes)).election
    assert election.points_scale == 1
    assert [ballot.points for ballot in election.ballots] == [(30, 10), (25,)]


def test_without_voters_equal_ballots_are_joined_and_nothing_personal_is_kept():
    votes = ["voter_id;vote;age", "v1;p1,p2;40", "v2;p1,p2;50"]
    (ballot,) = read(pb(votes=votes), voters=False).election.ballots
    assert (ballot.choices, ballot.weight, ballot.voter_id, dict(ballot.extra)) == (
        ("p1", "p2"),
        2,
        "",
        {},
    )


def test_a_project_named_twice_counts_once_and_is_noticed():
    reading = read(pb(votes=["voter_id;vote", "v1;p1,p1", "v2;p1,p1"]))
    assert [ballot.choices for ballot in reading.election.ballots] == [("p1",), ("p1",)]
    assert [(one.code, one.line) for one in reading.notices] == [
        ("repeated_choice", 20),
        ("repeated_choice", 21),
    ]
    assert str(reading.notices[0]) == (
        "Line 20: the vote names project p1 more than once; it counts once."
    )


def test_of_repeated_points_the_first_count():
    votes = ["voter_id;vote;points", "v1;p1,p2,p1;3,2,1", "v2;p2;1"]
    election = read(pb({"vote_type": "cumulative"}, votes=votes)).election
    assert (election.ballots[0].choices, election.ballots[0].points) == (("p1", "p2"), (3, 2))


def test_blank_and_long_ballots_are_noticed_and_kept():
    reading = read(pb({"max_length": "1"}, votes=["voter_id;vote", "v1;p1,p2", "v2;"]))
    assert [one.code for one in reading.notices] == ["long_vote", "blank_vote"]
    assert [ballot.choices for ballot in reading.election.ballots] == [("p1", "p2"), ()]


def test_a_choose_1_ballot_with_two_choices_counts_and_is_noticed():
    (notice,) = read(pb({"vote_type": "choose-1"})).notices
    assert str(notice) == "Line 20: the vote names 2 projects, 1 are allowed; it counts."


def test_numbers_are_read_as_programs_write_them():
    projects = ["project_id;cost;selected", "p1;2e+01;1.0", "p2;12.0000000001;0"]
    election = read(pb({"budget": "1.5E2", "num_votes": "2.0"}, projects)).election
    assert election.money(election.budget) == 150
    assert [str(election.money(one.cost)) for one in election.projects] == [
        "20.0000000000",
        "12.0000000001",
    ]
    assert [one.official for one in election.projects] == [1, 0]


def test_what_decides_nothing_is_passed_over_and_noticed():
    meta = {"max_length": "many", "max_sum_cost": "-"}
    projects = ["project_id;cost;votes", "p1;60;?", "p2;50;1"]
    reading = read(pb(meta, projects, drop=("rule",)))
    assert [one.code for one in reading.notices] == [
        "rule_unknown", "limit_ignored", "limit_ignored", "total_ignored",
    ]  # fmt: skip
    assert reading.election.rule == "unknown"
    assert reading.election.limits.max_length is None


def test_empty_fields_at_the_end_of_a_line_are_passed_over():
    content = pb({}, ["project_id;cost;name;;", "p1;60;A;;", "p2;50;B"], ["voter_id;vote;", *(
        f"{vote};;" for vote in VOTES[1:])])  # fmt: skip
    assert read(content).election == read(pb(projects=[PROJECTS[0], "p1;60;A", "p2;50;B"])).election


def test_a_semicolon_in_a_name_without_quotes_is_joined_if_all_else_fits():
    projects = ["project_id;cost;name;votes", "p1;60;A; with B;2", "p2;50;C;1"]
    reading = read(pb(projects=projects))
    assert reading.election.projects[0].name == "A;with B"
    assert [one.code for one in reading.notices] == ["joined_name"]
    with pytest.raises(PabulibError, match="5 fields where the header has 4"):
        read(pb(projects=["project_id;cost;name;votes", "p1;60;A;2;B", "p2;50;C;1"]))


def test_a_field_said_twice_alike_is_no_contradiction():
    content = pb().replace(b"unit;Almaty\n", b"unit;Almaty\nunit;Almaty\n")
    assert read(content).election == read(pb()).election


def test_points_may_be_nothing_or_below():
    votes = ["voter_id;vote;points", "v1;p1,p2;0,-1", "v2;p2;2"]
    election = read(pb({"vote_type": "cumulative"}, votes=votes)).election
    assert [ballot.points for ballot in election.ballots] == [(0, -1), (2,)]


def test_totals_that_differ_from_the_ballots_are_noticed():
    projects = ["project_id;cost;votes", "p1;60;2", "p2;50;7"]
    (notice,) = read(pb(projects=projects)).notices
    assert str(notice) == "Project p2 is said to have 7 votes, the ballots hold 1."


def test_the_cost_that_marks_a_withdrawn_project_is_known():
    projects = ["project_id;cost", "p1;999999999", "p2;50"]
    assert [one.withdrawn for one in read(pb(projects=projects)).election.projects] == [
        True,
        False,
    ]


def test_marks_of_outside_money_are_awards_only_where_the_rule_knows_them():
    projects = ["project_id;cost;selected", "p1;60;3", "p2;50;2"]
    assert read(pb({"rule": "greedy-custom"}, projects)).election.awards == 1
    for rule in ("greedy", "greedy-no-skip", "greedy-threshold", "unknown", "equalshares"):
        assert read(pb({"rule": rule}, projects)).election.awards == 0


def test_a_mark_the_rule_does_not_explain_is_the_citys_own_addition():
    projects = ["project_id;cost;selected", "p1;60;1", "p2;50;2"]
    election = read(pb({"rule": "greedy-no-skip", "budget": "100"}, projects)).election
    outcome = count(election, election.rule, official_ties(election))
    assert outcome.selected == ("p1",) and not outcome.outside_cost
    assert outcome.explanation("p2").code == "no_money_left"
    assert city_additions(election, outcome) == ("p2",)
    assert city_additions(election, count(election, "greedy", official_ties(election))) == ()


def test_a_mark_says_nothing_of_the_lot_where_the_rule_does_not_know_it():
    projects = ["project_id;cost;selected", "p1;60;2", "p2;60;1"]
    election = read(
        pb({"rule": "greedy", "budget": "100"}, projects, ["voter_id;vote", "a;p1", "b;p2"])
    ).election
    assert official_ties(election).order == ("p2", "p1")


def test_a_withdrawn_mark_and_what_was_read_from_a_comment_are_noticed():
    projects = ["project_id;cost", "p1;999999999", "p2;50"]
    notices = [str(one) for one in read(pb(projects=projects)).notices]
    assert any("p1 has the cost that marks one which left the vote" in one for one in notices)
    comment = "#1: Projects p1 and p2 overlapped."
    codes = [one.code for one in read(pb({"rule": "greedy-exclusive", "comment": comment})).notices]
    assert codes == ["conflict_read"]


@pytest.mark.parametrize("comment", ["", "#1: Nothing of that kind.", "#1: p1 overlapped."])
def test_a_rule_of_exclusion_that_finds_no_conflict_says_so(comment):
    reading = read(pb({"rule": "greedy-exclusive", "comment": comment}))
    assert reading.election.conflicts == ()
    assert "no_conflict" in [one.code for one in reading.notices]


@pytest.mark.parametrize(
    ("comment", "kept"),
    [
        ("#1: Projects no. p1 and no. p2 overlap.", None),
        ("#1: Proj. p1 (ul. Kabacka 4) and proj. p2 overlap.", None),
        ("#1: By St. Anne's church, e.g. Projects p1 and p2, all overlap.", None),
        ("#1: Projects p1 and, by decision of J. Kowalski, p2 conflict. Kept no. p1 only.", "p1"),
        ("#1: In 2021 projects p1 and p2 overlapped. Project p2 was retained.", "p2"),
        ("#1: See art. 5 approx. There projects p1, p2 exclude each other.", None),
        ("#1: Ok? Projects p1 and p2 overlap!", None),
    ],
)
def test_a_dot_of_an_abbreviation_ends_no_sentence(comment, kept):
    election = read(pb({"rule": "greedy-exclusive", "comment": comment})).election
    assert election.conflicts == (Conflict(("p1", "p2"), kept),)


def test_numbers_that_are_no_names_of_projects_are_not_read_as_such():
    projects = ["project_id;cost", "2;60", "3;50", "4;50", "2021;50"]
    comment = "#1: In 2021 2 projects overlapped, projects 3 and 4. #2: Project 2 was fine. "
    meta = {"rule": "greedy-exclusive", "comment": comment, "num_projects": "4"}
    election = read(pb(meta, projects, ["voter_id;vote", "a;3", "b;4"])).election
    assert election.conflicts == (Conflict(("3", "4")),)


def test_every_conflict_that_is_told_is_read():
    projects = ["project_id;cost", "1;60", "2;50", "3;50", "4;50"]
    comment = "#1: Projects 1 and 2 overlap. Projects 3 and 4 overlap. The list retained project 3."
    meta = {"rule": "greedy-exclusive", "comment": comment, "num_projects": "4"}
    election = read(pb(meta, projects, ["voter_id;vote", "a;3", "b;4"])).election
    assert election.conflicts == (Conflict(("1", "2")), Conflict(("3", "4"), "3"))


def test_a_conflict_told_in_the_comment_is_read():
    comment = "#1: Ok. #2: Projects p1, and p2 overlapped there. The list retained project p2, so."
    election = read(pb({"rule": "greedy-exclusive", "comment": comment})).election
    assert election.conflicts == (Conflict(("p1", "p2"), "p2"),)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("greedy-no-skip", "greedy-no-skip"), ("equalshares", "equal-shares:ties=cost-votes"),
     ("equalshares/add1", "equal-shares/add1-overspend:ties=cost-votes"), ("unknown", "unknown")],
)  # fmt: skip
def test_rules_get_this_packages_names(theirs, ours):
    assert read(pb({"rule": theirs})).election.rule == ours


BAD = {
    "no META": (b"PROJECTS\n", "Line 1: the section META is missing."),
    "nothing": (b"", "The file does not begin with the section META."),
    "prose": (b"Dear all,\n", "Line 1: the file does not begin with the section META."),
    "no header": (b"META\nbudget;1\n", "Line 2: the section META has no line naming its columns."),
    "no PROJECTS": (b"META\nkey;value\nbudget;1\n", "The section PROJECTS is missing."),
    "votes first": (
        b"META\nkey;value\nbudget;1\nVOTES\n",
        "Line 4: the section VOTES is out of place; the order is META, PROJECTS, VOTES.",
    ),
    "no VOTES": (pb().split(b"VOTES")[0], "The section VOTES is missing."),
    "META twice": (
        b"META\nkey;value\nMETA\n",
        "Line 3: the section META begins a second time.",
    ),
    "PROJECTS twice": (
        pb() + b"PROJECTS\n",
        "Line 22: the section PROJECTS begins a second time.",
    ),
    "no budget": (pb(drop=("budget",)), "META has no budget."),
    "budget twice": (
        b"META\nkey;value\nbudget;1\nbudget;2\n",
        "Line 4: META has budget twice.",
    ),
    "budget in words": (pb({"budget": "много"}), "Line 9: “много” is not a number for budget."),
    "negative budget": (pb({"budget": "-5"}), "Line 9: “-5” is not a number for budget."),
    "endless exponent": (pb({"budget": "1e99"}), "Line 9: “1e99” is not a number for budget."),
    "huge": (pb({"budget": "9" * 16}), f"Line 9: “{'9' * 16}” is not a number for budget."),
    "thousands": (pb({"budget": "1,000"}), "Line 9: “1,000” is not a number for budget."),
    "half a vote": (
        pb({"num_votes": "2.5"}),
        "Line 8: “2.5” is not a whole number for num_votes.",
    ),
    "cut short": (pb({"num_votes": "3"}), "Line 8: META says num_votes is 3, the file holds 2."),
    "kind": (pb({"vote_type": "show"}), "Line 10: “show” is not a known kind of ballot."),
    "cost": (
        pb(projects=["project_id;cost", "p1;x", "p2;1"]),
        "Line 16: “x” is not a number for cost.",
    ),
    "no cost": (
        pb(projects=["project_id;name", "p1;x", "p2;1"]),
        "Line 15: the section PROJECTS has no column cost.",
    ),
    "column twice": (
        pb(projects=["project_id;cost;cost", "p1;1;1", "p2;1;1"]),
        "Line 15: the section PROJECTS has the column cost twice.",
    ),
    "project twice": (
        pb(projects=["project_id;cost", "p1;1", "p1;1"]),
        "Line 17: project p1 is listed a second time.",
    ),
    "project without id": (
        pb(projects=["project_id;cost", ";1", "p2;1"]),
        "Line 16: project_id is empty.",
    ),
    "selected": (
        pb(projects=["project_id;cost;selected", "p1;1;yes", "p2;1;0"]),
        "Line 16: “yes” is not 0, 1, 2 or 3 for selected.",
    ),
    "field missing": (
        pb(projects=["project_id;cost;name", "p1;1", "p2;1;B"]),
        "Line 16: 2 fields where the header has 3.",
    ),
    "field too many": (
        pb(votes=["voter_id;vote", "v1;p1;p2", "v2;p1"]),
        "Line 20: 3 fields where the header has 2.",
    ),
    "unknown project": (
        pb(votes=["voter_id;vote", "v1;p1,p9", "v2;p1"]),
        "Line 20: the vote names project p9, which is not in PROJECTS.",
    ),
    "voter twice": (
        pb(votes=["voter_id;vote", "v1;p1", "v1;p1"]),
        "Line 21: voter v1 is listed a second time.",
    ),
    "voter without id": (
        pb(votes=["voter_id;vote", ";p1", "v1;p1"]),
        "Line 20: voter_id is empty.",
    ),
    "no points": (
        pb({"vote_type": "cumulative"}),
        "Line 19: the section VOTES has no column points.",
    ),
    "points missing": (
        pb({"vote_type": "cumulative"}, votes=["voter_id;vote;points", "v1;p1,p2;1", "v2;p1;1"]),
        "Line 20: 1 points for 2 projects.",
    ),
    "latin": (pb({"unit": "x"}).replace(b";x", b";\xb9\xe6"), "Line 5: the text is not UTF-8."),
    "wide": (
        b"\xff\xfe" + "META".encode("utf-16-le"),
        "Line 1: the file holds bytes that are not text.",
    ),
    "binary": (b"\x7fELF\0\0\0", "Line 1: the file holds bytes that are not text."),
    "endless line": (
        b"META\nkey;value\ndescription;" + b"x" * 200_000,
        "Line 3: the line is longer than 131072 characters, or a quotation mark never closes.",
    ),
    "endless quote": (
        b'META\nkey;value\ndescription;"' + b"x\n" * 200_000,
        "Line 65539: the line is longer than 131072 characters, or a quotation mark never closes.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence_with_its_line(name):
    content, sentence = BAD[name]
    with pytest.raises(PabulibError) as caught:
        read(content)
    assert str(caught.value) == sentence


class Endless(io.RawIOBase):
    """A stream without an end that counts what is taken from it."""

    def __init__(self, start: bytes, again: bytes) -> None:
        self.rest, self.again, self.taken = start, again, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while len(self.rest) < len(buffer):
            self.rest += self.again * 1000
        buffer[:] = self.rest[: len(buffer)]
        self.rest = self.rest[len(buffer) :]
        self.taken += len(buffer)
        return len(buffer)


@pytest.mark.parametrize("again", [b"\0", b"x", b"nonsense\n", b'"\n', b"\xfe\xff"])
def test_nonsense_without_end_is_refused_after_its_first_part(again):
    stream = Endless(b"", again)
    with pytest.raises(PabulibError):
        read(io.BufferedReader(stream))
    assert stream.taken < 1_000_000


def test_a_file_over_the_limit_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "huge.pb"
    with path.open("wb") as target:
        target.write(b"META\nkey;value\n")
        target.truncate(2_000_000_000)
    started = time.perf_counter()
    with pytest.raises(PabulibError, match="larger than 200 MB"):
        read(path)
    assert time.perf_counter() - started < 0.5


def test_a_stream_over_the_limit_is_refused_where_it_passes_it():
    stream = Endless(pb(), b"vN;p1\n")
    with pytest.raises(PabulibError):
        read(io.BufferedReader(stream), max_bytes=100_000)
    assert stream.taken < 300_000
