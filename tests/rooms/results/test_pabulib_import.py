"""Real elections go in, are shown, and come out as they were."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from pabulib.checker import Checker
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal import create_app
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import get_cycle
from pb_portal.db import db
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal
from pb_portal.results import imports, queries
from pb_portal.results.models import CountRun
from pb_portal.tally import Election
from pb_portal.tally.pabulib import read
from pb_portal.voting.models import Ballot
from tests.conftest import make_settings
from tests.strict import StrictClient

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("PABULIB_DIR", ROOT.parent / "shared" / "pabulib"))
needs_library = pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder of published elections")

SMALL = """META
key;value
description;Test in Ala
country;Kazakhstan
unit;Ala
instance;2021
num_projects;4
num_votes;3
budget;100.50
vote_type;approval
rule;greedy
date_begin;01.02.2021
date_end;14.02.2021
max_length;2
language;ru
currency;KZT
comment;#1: Kept as it is.
PROJECTS
project_id;cost;votes;name;category;selected;neighborhood;latitude;longitude
7;60.25;2;Тихий двор;nature;1;Самал;43.25;76.95
A-2;40.25;1;Скамьи и урны;;1;Самал;;
3;90;1;Каток;sport;0;Орбита;;
4;1;0;Пустая;;0;Орбита;;
VOTES
voter_id;vote;age;sex
v1;7,A-2;40;M
v2;7,3;41;F
v10;;42;F
"""


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["cycles", *arguments])


def load(app: Flask, tmp_path: Path, text: str | bytes, slug: str = "ala-2021") -> Result:
    path = tmp_path / "file.pb"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return run(app, "import-pabulib", str(path), "--slug", slug)


def rows(session: Session) -> list[int]:
    return [
        session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Cycle, Area, Proposal, Ballot, CountRun)
    ]


def exported(app: Flask, tmp_path: Path, slug: str) -> str:
    target = tmp_path / "out.pb"
    done = run(app, "export-pabulib", slug, "-o", str(target))
    assert done.exit_code == 0, done.stderr
    return target.read_text("utf-8")


def accepted(text: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        said = Checker().process_files([text])
    assert said["metadata"]["valid"] == 1, said


def same(one: Election, other: Election) -> None:
    """The same projects, ballots and META; of voters only their ids and votes are kept."""
    assert {b.voter_id: (b.choices, b.points) for b in one.ballots if b.choices} == {
        b.voter_id: (b.choices, b.points) for b in other.ballots
    }
    known = any(project.official is not None for project in one.projects)
    kept = other.projects if known else [replace(p, official=None) for p in other.projects]
    assert {p.id: p for p in one.projects} == {p.id: p for p in kept}
    for name in ("budget", "vote_type", "rule", "limits", "currency"):
        assert getattr(one, name) == getattr(other, name), name


@needs_library
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "official", "winners"),
    [
        ("Poland_Warszawa_2026_Ursynow", True, 9),
        ("France_Toulouse_2019", False, 14),
        ("Poland_Krakow_2018", False, 9),
        ("Poland_Wroclaw_2023_local", True, 10),
    ],
)
def test_a_real_election_goes_in_is_shown_and_comes_out(
    app: Flask,
    session: Session,
    client: StrictClient,
    tmp_path: Path,
    name: str,
    official: bool,
    winners: int,
) -> None:
    source = FOLDER / f"{name}.pb"
    done = run(app, "import-pabulib", str(source), "--slug", "real")
    assert done.exit_code == 0, done.stderr
    cycle = get_cycle(session, "real")
    count = queries.get_certified_run(session, cycle.id)
    election = read(source).election
    assert (count.official, count.imported) == (official, True)
    assert count.turnout["voters"] == election.voters
    assert count.turnout["explained"] and count.turnout["differs"] == []
    assert len(queries.winners_of(session, cycle.id)) == winners

    page = client.page("/c/real/results")
    for project in election.projects:
        assert f'id="p{project.id}"' in page
    for path in ("/c/real", "/c/real/proposals", f"/c/real/proposals/{election.projects[0].id}"):
        client.page(path, locale="ru")

    text = exported(app, tmp_path, "real")
    accepted(text)
    again = read(text.encode()).election
    same(election, again)
    assert dict(again.meta) == dict(election.meta)
    assert sum(bool(project.official) for project in again.projects) == winners
    assert read(client.page(f"/c/real/results/{cycle.areas[0].area.code}.pb").encode())


def test_a_small_file_becomes_a_past_cycle(
    app: Flask, session: Session, client: StrictClient, tmp_path: Path
) -> None:
    done = load(app, tmp_path, SMALL)
    assert done.exit_code == 0, done.stderr
    assert "4 projects, 3 ballots and 2 winners" in done.output
    cycle = get_cycle(session, "ala-2021")
    assert (cycle.is_imported, cycle.year, cycle.currency, cycle.minor_units) == (
        True,
        2021,
        "KZT",
        2,
    )
    assert cycle.areas[0].budget == 10050
    assert cycle.rule_book and cycle.rule_book.frozen_at
    found = session.scalars(select(Proposal).order_by(Proposal.number)).all()
    assert [(one.external_id, one.cost, one.status) for one in found] == [
        ("7", 6025, "selected"),
        ("A-2", 4025, "selected"),
        ("3", 9000, "not_selected"),
        ("4", 100, "not_selected"),
    ]
    assert (found[0].lat, found[0].lon, found[0].address) == (43.25, 76.95, "Самал")
    assert "двор" in found[0].search_text
    page = client.page("/c/ala-2021/results", locale="en")
    assert "exactly the winners the city named" in page
    assert "totals only" in page
    client.page("/c/ala-2021/results/ala.pb", 404)


def test_personal_columns_of_voters_are_not_kept(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    load(app, tmp_path, SMALL)
    text = exported(app, tmp_path, "ala-2021")
    accepted(text)
    assert "age" not in text.partition("VOTES")[2]
    same(read(SMALL.encode()).election, read(text.encode()).election)


def test_a_round_trip_is_stable(app: Flask, session: Session, tmp_path: Path) -> None:
    load(app, tmp_path, SMALL)
    once = exported(app, tmp_path, "ala-2021")
    assert load(app, tmp_path, once, "again").exit_code == 0
    assert exported(app, tmp_path, "again") == once


def test_without_published_winners_the_rule_names_them_and_the_page_says_so(
    app: Flask, session: Session, client: StrictClient, tmp_path: Path
) -> None:
    bare = SMALL.replace(";selected", "")
    for marked in (";1;Самал", ";0;Орбита"):
        bare = bare.replace(marked, ";" + marked.split(";")[2])
    assert load(app, tmp_path, bare).exit_code == 0
    assert "does not name the winners" in client.page("/c/ala-2021/results")
    assert len(queries.winners_of(session, get_cycle(session, "ala-2021").id)) == 2


def test_winners_that_the_rule_does_not_give_are_shown_as_official(
    app: Flask, session: Session, client: StrictClient, tmp_path: Path
) -> None:
    odd = SMALL.replace("Каток;sport;0", "Каток;sport;1").replace("nature;1;", "nature;0;")
    assert load(app, tmp_path, odd).exit_code == 0
    page = client.page("/c/ala-2021/results")
    assert "By the rule alone the outcome would differ" in page
    assert "Won by the official decision of the city." in page
    assert "Did not win by the official decision of the city." in page


def test_points_and_ranks_are_shown_beside_votes(
    app: Flask, session: Session, client: StrictClient, tmp_path: Path
) -> None:
    ranked = SMALL.replace("vote_type;approval", "vote_type;ordinal")
    assert load(app, tmp_path, ranked).exit_code == 0
    assert "points" in client.page("/c/ala-2021/results")


BAD = {
    "no section": (SMALL.partition("VOTES")[0], "VOTES"),
    "unknown project": (SMALL.replace("v2;7,3", "v2;7,99"), "Line 27"),
    "wrong number": (SMALL.replace("7;60.25;", "7;sixty;"), "Line 20"),
    "wrong encoding": (SMALL.encode("cp1251"), "UTF-8"),
    "voter twice": (SMALL.replace("v10;", "v1;"), "Line 28"),
    "not the format": ("<html></html>", "META"),
    "empty": ("", "META"),
    "cut short": (SMALL.replace("v10;;42;F\n", ""), "num_votes"),
    "not over": (SMALL.replace("14.02.2021", "14.02.2099"), "past election"),
    "no date": (SMALL.replace("date_end;14.02.2021", "date_end;soon"), "date_end"),
    "too much money": (SMALL.replace("budget;100.50", "budget;999999999999999.999999"), "large"),
    "long voter": (SMALL.replace("v10;", "v" * 200 + ";"), "voter_id"),
    "binary": (b"\x00\x01" * 50, "text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_sentence_and_leaves_the_database_as_it_was(
    app: Flask, session: Session, tmp_path: Path, name: str
) -> None:
    before = rows(session)
    text, word = BAD[name]
    done = load(app, tmp_path, text)
    assert done.exit_code == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert rows(session) == before


def test_two_gigabytes_of_nonsense_are_refused_unread(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "nonsense.pb"
    with path.open("wb") as file:
        file.truncate(2 * 1000**3)
    done = run(app, "import-pabulib", str(path), "--slug", "big")
    assert (done.exit_code, "larger than" in done.stderr) == (2, True)


def test_a_failure_half_way_rolls_everything_back(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise imports.Unfit("Half way.")

    monkeypatch.setattr(imports, "_result", fail)
    before = rows(session)
    assert load(app, tmp_path, SMALL).exit_code == 2
    assert rows(session) == before


@pytest.mark.parametrize("slug", ["Ala", "a b", "../x", "", "-", "ё", "x" * 61])
def test_a_slug_must_fit_into_an_address(
    app: Flask, session: Session, tmp_path: Path, slug: str
) -> None:
    done = load(app, tmp_path, SMALL, slug)
    assert (done.exit_code, "slug" in done.stderr) == (2, True)


def test_a_taken_slug_is_refused(app: Flask, session: Session, tmp_path: Path) -> None:
    assert load(app, tmp_path, SMALL).exit_code == 0
    before = rows(session)
    done = load(app, tmp_path, SMALL)
    assert (done.exit_code, "already" in done.stderr) == (2, True)
    assert rows(session) == before


def test_files_that_are_not_there_are_told_in_a_sentence(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    for path in (tmp_path / "nothing.pb", tmp_path):
        done = run(app, "import-pabulib", str(path), "--slug", "x")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert run(app, "export-pabulib", "nowhere").exit_code == 2


def test_an_own_cycle_is_not_exported_before_certification(
    app: Flask, session: Session, voted: Cycle
) -> None:
    done = run(app, "export-pabulib", voted.slug)
    assert (done.exit_code, "--area" in done.stderr) == (2, True)
    done = run(app, "export-pabulib", voted.slug, "--area", voted.areas[0].area.code)
    assert (done.exit_code, "sealed" in done.stderr) == (2, True)
    assert done.stdout == ""


def test_a_database_without_tables_is_told_how_to_get_them(tmp_path: Path) -> None:
    bare = create_app(make_settings(tmp_path, "bare"))
    file = tmp_path / "any.pb"
    file.write_text("META")
    told = run(bare, "import-pabulib", str(file), "--slug", "any")
    assert told.exit_code == 2
    assert "db upgrade" in told.output
    with bare.app_context():
        db.engine.dispose()
