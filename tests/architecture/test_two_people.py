"""Acts of two people: every one is registered, and every view on the way to one asks for the
second factor anew. Both are read from the source, so that nobody keeps a list by hand."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import CheckConstraint

from pb_portal.approvals.registry import KINDS
from pb_portal.db import Base
from pb_portal.domain.permissions import GRANTS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "pb_portal"
REGISTRY = f"{PACKAGE}.approvals.registry"
PARTS = {(REGISTRY, "require_proposer"), (REGISTRY, "require_approver")}
"""Whoever reaches one of these takes part in an act of two people."""
Symbol = tuple[str, str]


class Module:
    """A module of the source: what it defines, what it imports, what each definition refers to."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, list[ast.AST]] = {}
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            self._note_import(node)
        for node in tree.body:
            for defined in _names_of(node):
                self.definitions.setdefault(defined, []).append(node)

    def _note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                self.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    self.imports[alias.asname] = alias.name


def _names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


@cache
def modules() -> dict[str, Module]:
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path)
    return found


def resolve(dotted: str) -> Symbol | None:
    """The definition a dotted name means, through the imports of packages."""
    module, _, symbol = dotted.rpartition(".")
    if module not in modules():
        return None
    holder = modules()[module]
    if symbol in holder.definitions:
        return module, symbol
    onward = holder.imports.get(symbol)
    return resolve(onward) if onward not in (None, dotted) else None


@cache
def references(symbol: Symbol) -> frozenset[Symbol]:
    """Definitions that this one names: what it calls, and what it hands on to be called."""
    return frozenset(_references(symbol))


def _references(symbol: Symbol) -> Iterator[Symbol]:
    holder = modules()[symbol[0]]
    for definition in holder.definitions[symbol[1]]:
        own = _bound_in(definition)
        for node in ast.walk(definition):
            dotted = _dotted(node)
            first, _, rest = (dotted or "").partition(".")
            if dotted is None or first in own:
                continue
            if not rest and first in holder.definitions:
                yield holder.name, first
            elif first in holder.imports:
                target = resolve(".".join(filter(None, (holder.imports[first], rest))))
                if target is not None:
                    yield target


def _bound_in(definition: ast.AST) -> set[str]:
    """Arguments and variables of a function, which hide what the module calls the same."""
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def _dotted(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else None
    return None


def path_to_part(start: Symbol) -> list[Symbol]:
    """The shortest way from a definition to a part of an act by two; empty when there is none."""
    ways: list[list[Symbol]] = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for target in references(way[-1]):
            if target in PARTS:
                return [*way, target]
            if target not in seen and target[1] not in ("blueprint",):
                seen.add(target)
                ways.append([*way, target])
    return []


def views_of_two(app: Flask) -> dict[str, list[Symbol]]:
    """Endpoints whose view reaches a part of an act by two, with the way there."""
    found = {}
    for endpoint, view in app.view_functions.items():
        plain = inspect.unwrap(view)
        start = (plain.__module__, plain.__name__)
        if start[0] in modules() and start[1] in modules()[start[0]].definitions:
            way = path_to_part(start)
            if way:
                found[endpoint] = way
    return found


def test_every_view_on_the_way_to_an_act_of_two_asks_for_the_factor_anew(app: Flask) -> None:
    """Such a view declares `@requires(P…, fresh=True)`."""
    reached = views_of_two(app)
    stale = {
        endpoint: " → ".join(name for _, name in way)
        for endpoint, way in reached.items()
        if not getattr(app.view_functions[endpoint], "asks_fresh", False)
    }
    assert not stale, stale
    for known in ("cycles.phases", "polling.decide", "polling.propose_accept", "codes.print_once"):
        assert known in reached, f"the reading of the source no longer sees {known}"


def test_every_kind_has_people_on_both_sides_and_a_page_that_asks_for_the_factor(
    app: Flask,
) -> None:
    assert len(KINDS) >= 12
    for name, kind in KINDS.items():
        assert GRANTS[kind.may_propose] and GRANTS[kind.may_approve], name
        assert kind.label.source, name
        if kind.pair:
            continue
        assert kind.apply is not None, f"{name}: nothing follows an approval"
        assert kind.summarize is not None, f"{name}: the list cannot say what is asked for"
        assert app.view_functions[kind.page].asks_fresh, name  # type: ignore[attr-defined]


def test_only_the_one_path_decides(app: Flask) -> None:
    """`approvals.service.decide` is called by `accounts.four_eyes` alone, which looks afresh
    whether both people still hold their roles."""
    decided = (f"{PACKAGE}.approvals.service", "decide")
    callers = {
        module
        for module, holder in modules().items()
        for name in holder.definitions
        if decided in references((module, name)) and module != decided[0]
    }
    assert callers == {f"{PACKAGE}.accounts.four_eyes"}


TABLES = {
    "approvals_request": "every kind with a request",
    "register_code_package": "codes.package",
    "results_count_run": "result.certify",
    "voting_paper_batch": "polling.missing, polling.handover",
    "voting_void": "fraud.void",
    "voting_void_restored": "fraud.restore",
}
"""Tables that refuse one person as both, and the kind that fills them."""


def test_every_table_that_refuses_one_person_as_both_belongs_to_a_kind(app: Flask) -> None:
    pair = re.compile(r"\b(\w+) <> (\w+)\b")
    found = set()
    for table in Base.metadata.tables.values():
        for rule in table.constraints:
            if isinstance(rule, CheckConstraint):
                for left, right in pair.findall(str(rule.sqltext)):
                    if {left, right} <= set(table.columns.keys()):
                        found.add(table.name)
    assert found == set(TABLES)
    for kinds in TABLES.values():
        for kind in re.findall(r"\w+\.\w+", kinds):
            assert kind in KINDS
