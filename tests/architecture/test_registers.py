"""The registers of attacks and of security lines name tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ATTACKS = [
    "borrowed identities",
    "parallel submit",
    "paper and portal in both orders",
    "code guessing",
    "SMS pumping",
    "staff phished",
    "demand for proof",
    "clerk joining tables",
    "early results",
    "one person changing phase or register",
    "ballots rewritten",
    "log rewritten",
    "rows of any table rewritten",
    "invented paper",
    "bombs in photos",
    "polyglots in photos",
    "GPS in photos",
    "crossing the deadline",
    "supply chain",
    "bystander with a dump",
    "counting what leaves",
    "taking away what the portal leans on",
    "small district",
    "invented participants",
    "voting in another's name by SQL",
    "register rewritten",
    "hostile files",
    "a loser becomes a funded project",
    "phases moved by SQL",
]
NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows(name: str) -> list[list[str]]:
    """Rows of the table of a document."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", ["attacks.md", "asvs.md"])
def test_every_row_names_tests_that_are_there(name: str) -> None:
    table = rows(name)
    assert len(table) >= 18
    for row in table:
        nodes = NODE.findall(row[-1])
        assert nodes, row
        for file, function in nodes:
            assert (ROOT / file).exists(), file
            assert function in functions_in(ROOT / file), f"{file}::{function}"


def test_every_attack_has_its_row_and_no_test_of_an_attack_is_forgotten() -> None:
    table = rows("attacks.md")
    attacks = [row[0] for row in table]
    assert set(ATTACKS) <= set(attacks) and len(attacks) == len(set(attacks))
    named = {file for row in table for file, _ in NODE.findall(row[-1])}
    made = {f"tests/attacks/{path.name}" for path in (ROOT / "tests/attacks").glob("test_*.py")}
    assert made <= named


def test_every_test_of_an_attack_says_so_in_its_name() -> None:
    for path in (ROOT / "tests/attacks").glob("test_*.py"):
        tests = {name for name in functions_in(path) if name.startswith("test_")}
        assert tests and all(name.startswith("test_attack_") for name in tests), path.name
