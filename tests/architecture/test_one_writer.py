"""One place writes each status: read from the source, so that a second writer cannot slip in."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "pb_portal"
WRITERS = {
    "proposals": "proposals/service/",
    "projects": "projects/service/",
}


def writes_of(tree: ast.AST) -> list[tuple[str, int]]:
    """Assignments to `.status`, `setattr(x, "status", …)` and `.values(status=…)`, with the
    function they stand in."""
    found = []

    def visit(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if _writes(node):
            found.append((function, node.lineno))  # type: ignore[attr-defined]
        for child in ast.iter_child_nodes(node):
            visit(child, function)

    visit(tree, "")
    return found


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(_is_status(target) for target in node.targets)
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return _is_status(node.target)
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Name) and node.func.id == "setattr":
            second = node.args[1] if len(node.args) > 1 else None
            return isinstance(second, ast.Constant) and second.value == "status"
        return name == "values" and any(word.arg == "status" for word in node.keywords)
    return False


def _is_status(target: ast.AST) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return any(_is_status(one) for one in target.elts)
    return isinstance(target, ast.Attribute) and target.attr == "status"


def all_writes() -> list[tuple[str, str]]:
    return [
        (path.relative_to(PACKAGE).as_posix(), function)
        for path in sorted(PACKAGE.rglob("*.py"))
        for function, _line in writes_of(ast.parse(path.read_text("utf-8")))
    ]


def test_the_status_of_a_proposal_and_of_a_project_has_one_writer_each() -> None:
    writes = all_writes()
    for start in WRITERS.values():
        mine = [write for write in writes if write[0].startswith(start.rstrip("/"))]
        assert [function for _path, function in mine] == ["change_status"], (start, mine)
    assert len(writes) == len(WRITERS), writes


def test_a_request_for_four_eyes_is_decided_in_one_place() -> None:
    """`accounts.four_eyes.decide` looks whether both people still hold their roles: call that."""
    callers = [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if "approvals.decide(" in path.read_text("utf-8")
    ]
    assert callers == ["accounts/four_eyes.py"]


def test_the_reader_of_the_source_sees_every_way_to_write() -> None:
    source = """
def sly(thing, session):
    thing.status = "a"
    thing.status: str = "b"
    thing.other, thing.status = 1, 2
    setattr(thing, "status", "c")
    session.execute(update(Thing).values(status="d"))
    Thing(status="made, not changed")
    if thing.status == "read": pass
"""
    assert [line for _function, line in writes_of(ast.parse(source))] == [3, 4, 5, 6, 7]
