"""A visitor walks through a certified count, compares rules and takes the papers home."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def download(page: Any, selector: str, target: Path) -> bytes:
    """Press a link that downloads; returns the file."""
    with page.expect_download() as waiting:
        page.locator(selector).first.click()
    waiting.value.save_as(target)
    return target.read_bytes()


def test_a_result_is_walked_compared_and_taken_home(
    portal: Any, visitor: Any, tmp_path: Path
) -> None:
    slug = portal.cycle(0)
    person = visitor("kk", phone=True)
    page = person.go(f"/c/{slug}/results")
    person.check()
    page.locator(".result-more summary").first.click()
    assert page.locator(".result-more[open] dd").count() >= 2

    page.locator("a.result-area__walk").first.click()
    page.wait_for_url("**/rounds")
    person.check()
    title = page.locator("#walk-title").inner_text()
    page.locator("[data-step=next]").click()
    page.wait_for_url("**round=2#walk")
    second = page.locator("#walk-title").inner_text()
    assert second != title
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**round=1#walk")
    assert page.locator("#walk-title").inner_text() == title
    page.go_back()
    page.wait_for_function(
        "text => document.getElementById('walk-title').innerText === text", arg=second
    )
    plain = visitor("kk", phone=True, scripts=False)
    plain.go(f"{person.path().split('?')[0]}").locator("[data-step=next]").click()
    plain.page.wait_for_url("**round=2#walk")
    assert plain.page.locator("#walk-title").inner_text() == second

    page = person.go(f"/c/{slug}/results/compare")
    person.check()
    page = person.go(f"/c/{slug}/results")
    pdf = download(page, "a[href$='protocol-kk.pdf']", tmp_path / "protocol.pdf")
    assert pdf.startswith(b"%PDF")
    download(page, "a[href$='bundle.zip']", tmp_path / "bundle.zip")
    command = [sys.executable, "-m", "pb_portal.tally", "verify", str(tmp_path / "bundle.zip")]
    alone = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert alone.returncode == 3 and "THE SIGNER IS UNKNOWN" in alone.stdout, alone.stderr
    with urllib.request.urlopen(f"{portal.url}/.well-known/portal-signing-key.json") as answer:
        key = json.load(answer)["public_key"]
    command += ["--key", key]
    known = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert known.returncode == 0, known.stdout + known.stderr


def test_a_commissioner_tries_rules_on_past_votes(portal: Any, visitor: Any) -> None:
    person = visitor("ru")
    person.sign_in("commissioner")
    page = person.go(f"/desk/cycles/{portal.cycle(2)}/rules")
    person.check()
    page.locator("a[href='/desk/what-if']").click()
    page.fill("[name=budget_a]", "70")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**cycle=*")
    person.check()
    assert page.locator("main .rule-card").count() % 3 == 0
