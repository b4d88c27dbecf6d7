"""Components are named once: the macro, its file and its styles bear the same name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "components"
STYLES = ROOT / "pb_portal" / "static" / "src" / "css" / "components"
LOOKUPS = {"category", "district_shapes"}


def test_a_component_file_holds_the_macro_of_its_name() -> None:
    without = [
        path.name
        for path in TEMPLATES.glob("*.html")
        if path.stem not in LOOKUPS and f"macro {path.stem}(" not in path.read_text()
    ]
    assert without == []


def test_component_styles_belong_to_a_component_and_are_bundled() -> None:
    styles = {path.stem for path in STYLES.glob("*.css")} - {"index"}
    macros = {path.stem for path in TEMPLATES.glob("*.html")}
    bundled = set(re.findall(r'"\./(\w+)\.css"', (STYLES / "index.css").read_text()))
    assert styles <= macros
    assert bundled == styles


def test_templates_bring_no_style_or_script_of_their_own() -> None:
    inline = re.compile(r"<style\b|\bstyle=|\bon[a-z]+=\"|<script>|javascript:", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts
        for number, text in enumerate(path.read_text().splitlines(), 1)
        if inline.search(text)
    ]
    assert found == []
