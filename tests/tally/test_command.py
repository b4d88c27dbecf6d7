"""``python -m pb_portal.tally``, as a stranger runs it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pb_portal.tally.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
FILE = """META
key;value
budget;100.50
vote_type;approval
rule;{rule}
currency;KZT
PROJECTS
project_id;cost;name
a;60;Скамья
b;60;Арық
c;40.5;Шам
VOTES
voter_id;vote
1;a,b
2;a,b
3;c
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "vote.pb"
    path.write_text(FILE.format(rule="greedy"), encoding="utf-8")
    return path


def answer(capsys, *arguments):
    status = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_answer_in_json_has_the_documented_keys(path, capsys):
    status, out, _ = answer(capsys, path, "--json")
    result = json.loads(out)
    assert status == 0
    assert result["rule"] == "greedy"
    assert result["selected"] == ["a", "c"]
    assert (result["total_cost"], result["budget"]) == (100.5, 100.5)
    assert result["input_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert result["seconds"] >= 0 and result["peak_mb"] > 0
    assert result["choices"]["ties"] == "file"


def test_the_answer_in_words_names_winners_cost_rule_and_digest(path, capsys):
    status, out, _ = answer(capsys, path)
    assert status == 0
    for part in ("a  Скамья", "100.5", "greedy", hashlib.sha256(path.read_bytes()).hexdigest()):
        assert part in out


def test_explaining_gives_every_project_its_sentence(path, capsys):
    _, out, _ = answer(capsys, path, "--explain")
    assert "lost the lot to a: 40.5 was left, 19.5 short" in out
    explained = json.loads(answer(capsys, path, "--explain", "--json")[1])["explanations"]
    assert [one["code"] for one in explained] == ["won", "lost_lot", "won"]
    assert explained[1]["params"]["shortfall"] == 19.5


def test_another_rule_can_be_asked_for(path, capsys):
    result = json.loads(answer(capsys, path, "--json", "--rule", "greedy:threshold=2")[1])
    assert (result["rule"], result["selected"]) == ("greedy:threshold=2", ["a"])


def test_a_seed_draws_the_ties(path, capsys):
    winners = {
        tuple(json.loads(answer(capsys, path, "--json", "--seed", seed)[1])["selected"])
        for seed in ("00", "01", "02", "03", "04")
    }
    assert winners == {("a", "c"), ("b", "c")}


def test_a_file_that_names_no_rule_is_counted_by_greedy_and_says_so(path, capsys):
    path.write_text(FILE.format(rule="unknown"), encoding="utf-8")
    result = json.loads(answer(capsys, path, "--json")[1])
    assert result["rule"] == "greedy"
    assert result["notices"][-1] == "Counted by greedy, since no rule is named."


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (b"nonsense", [], "Line 1: the file does not begin with the section META.\n"),
        (None, ["--rule", "lottery"], "There is no rule called “lottery”"),
        (None, ["--seed", "xyz"], "The seed is not a hexadecimal number.\n"),
    ],
)
def test_what_is_refused_ends_with_status_2_and_one_sentence(
    path, capsys, content, arguments, sentence
):
    if content:
        path.write_bytes(content)
    status, out, err = answer(capsys, path, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(sentence) and err.count("\n") == 1


def test_a_missing_file_is_refused_in_one_sentence(tmp_path, capsys):
    assert answer(capsys, tmp_path / "none.pb") == (
        2, "", "The file cannot be read: No such file or directory.\n"
    )  # fmt: skip


def test_it_runs_with_the_standard_library_alone(path):
    """Isolated from every installed package, Flask and the database included."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import runpy;"
        "sys.argv[0] = 'tally'; runpy.run_module('pb_portal.tally', run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT), str(path), "--json"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["selected"] == ["a", "c"]


def test_areas_leave_their_money_to_the_one_that_is_counted_last(path, tmp_path, capsys):
    city = tmp_path / "city.pb"
    city.write_text(path.read_text().replace("100.50", "20"), encoding="utf-8")
    path.write_text(path.read_text().replace("c;40.5", "c;60"), encoding="utf-8")
    status, out, _ = answer(capsys, "areas", path, "--leftover-to", city, "--json")
    first, last = json.loads(out)
    assert status == 0
    assert (first["area"], first["selected"], first["left"]) == ("vote", ["a"], "40.50")
    assert (last["budget_before"], last["budget"]) == ("20.00", "60.50")
    assert (last["selected"], last["left"]) == (["a"], "0.50")


def test_areas_without_a_common_pot_keep_their_money(path, tmp_path, capsys):
    other = tmp_path / "other.pb"
    other.write_text(path.read_text(), encoding="utf-8")
    status, out, _ = answer(capsys, "areas", path, other)
    assert status == 0
    assert out.splitlines()[2].startswith("other: greedy, budget 100.50 KZT")


def test_areas_of_one_name_or_none_at_all_are_refused_in_a_sentence(path, tmp_path, capsys):
    status, _, err = answer(capsys, "areas", path, path)
    assert (status, err) == (2, "Two files are called vote.\n")
    status, _, err = answer(capsys, "areas", tmp_path / "missing.pb")
    assert status == 2 and err.startswith("A file cannot be read: ")
