"""Every table is sealed or excused with a reason, and docs/security.md says what a change shows."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from pb_portal.db import Base
from pb_portal.seals import registry

ROOT = Path(__file__).resolve().parents[2]


def documented() -> dict[str, str]:
    """Tables named in the list of docs/security.md, with what is said of them."""
    text = (ROOT / "docs/security.md").read_text("utf-8")
    section = text.split("## Every row that decides something")[1].split("\n## ")[0]
    found: dict[str, str] = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            names, said = line.strip("| ").split(" | ")
            for name in re.findall(r"`(\w+)`", names):
                assert name not in found, f"{name} stands there twice"
                found[name] = said
    return found


def test_the_document_names_every_table_and_no_other(app: Flask) -> None:
    tables = set(Base.metadata.tables)
    named = set(documented())
    assert tables - named == set(), "say in docs/security.md what a change to these shows"
    assert named - tables == set(), "docs/security.md names tables that are not there"


def test_what_is_not_sealed_is_excused_there_by_the_reason_of_the_registry(app: Flask) -> None:
    said = documented()
    for name, reason in registry.EXEMPT_TABLES.items():
        assert name in Base.metadata.tables, name
        assert reason in said[name], f"docs/security.md gives another reason for {name}"
    for name in set(said) - set(registry.EXEMPT_TABLES):
        assert "`seals`" in said[name], f"{name} is sealed"
