"""Every kind of ballot on a phone in Kazakh: with scripts, without them, and by keyboard alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import ROOT
from tests.browser.test_vote_journey import SEND, code_for, press, receipt

KINDS = ("points", "ranking", "knapsack")
CHOICE = "[data-choice] >> nth={}"
SHOTS = os.environ.get("PB_SHOTS", "")
"""A folder for pictures of every page, to be looked at."""


def slug_of(kind: str, scope: str = "own-area") -> str:
    return f"trial-{kind}-{scope}"


@pytest.fixture(scope="module")
def trials(portal: Any) -> Iterator[Any]:
    """The sample city with a small vote of each kind, closed again when all have voted."""
    environment = {
        **os.environ,
        "PB_INSTANCE": str(portal.instance),
        "DATABASE_URL": portal.database_url,
        "SAMPLE_MODE": "1",
    }
    run = [sys.executable, "-m", "flask", "--app", "pb_portal", "sample", "vote"]
    kinds = [part for kind in KINDS for part in ("--type", kind)]
    more = ["--type", "points", "--scope", "own_and_one"]
    for chosen in (kinds, more):
        subprocess.run(run + chosen, cwd=ROOT, env=environment, check=True, capture_output=True)
    yield portal
    for slug in [slug_of(kind) for kind in KINDS] + [slug_of("points", "own-and-one")]:
        portal.move_phase(slug, "voting", starts=20_000, ends=20_001)


def enter(person: Any, portal: Any, slug: str, voter: dict[str, str]) -> Any:
    """From the identity to the ballot."""
    page = person.go(f"/c/{slug}/vote/phone")
    for name in ("iin", "birth_date", "phone"):
        page.fill(f"input[name={name}]", voter[name])
    press(page, SEND + " >> nth=0")
    page.fill("input[name=code]", code_for(portal))
    press(page, "main form:has(input[name=code]) button[type=submit]")
    assert person.path().endswith("/vote/ballot"), page.locator("main").inner_text()[:400]
    return page


def look(person: Any, name: str) -> None:
    """What must hold for every page; keeps a picture where one is asked for."""
    if SHOTS:
        person.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
        person.page.screenshot(path=f"{SHOTS}/{name}-seen.png")
    if person.scripts:
        person.check()


def bar(page: Any) -> str:
    """What the bar says is left."""
    return str(page.locator("[data-ballot-count]").inner_text())


def finish(person: Any, name: str, words: tuple[str, ...]) -> str:
    """From the bar to the receipt; the check page holds these words."""
    page = person.page
    press(page, ".ballot-bar button[type=submit]")
    assert person.path().endswith("/vote/check"), page.locator("main").inner_text()[:400]
    look(person, f"{name}-check")
    said = page.locator("main").inner_text()
    assert all(word in said for word in words), said
    press(page, "main form:has(input[name=submission]) button.button--vote")
    assert person.path().endswith("/vote/done"), page.locator("main").inner_text()[:400]
    look(person, f"{name}-done")
    return receipt(person)


def mark_points(page: Any, scripts: bool) -> tuple[str, ...]:
    first, second = (page.locator(CHOICE.format(place)) for place in (0, 1))
    if scripts:
        more = first.locator("[data-step='1']")
        for _ in range(6):
            more.click()
        first.locator("[data-step='-1']").click()
        assert "5" in bar(page) and "10" in bar(page)
        assert first.locator("input").input_value() == "5"
        box = more.bounding_box()
        assert box and min(box["width"], box["height"]) >= 44
        second.locator("input").fill("9")
        second.locator("input").blur()
        assert second.locator("input").input_value() == "0", "more than is left is taken back"
        second.locator("input").fill("3")
        second.locator("input").blur()
        assert "2" in bar(page)
    else:
        first.locator("input").fill("5")
        second.locator("input").fill("3")
    return ("5 ұпай", "3 ұпай")


def mark_ranking(page: Any, scripts: bool) -> tuple[str, ...]:
    one, two, three = (page.locator(CHOICE.format(place)) for place in (0, 1, 2))
    two.locator("select").select_option("1")
    one.locator("select").select_option("2")
    if scripts:
        three.locator("[data-step='-1']").click()
        assert three.locator("select").input_value() == "3"
        three.locator("[data-step='-1']").click()
        assert three.locator("select").input_value() == "2"
        assert one.locator("select").input_value() == "3", "the two change places"
    else:
        three.locator("select").select_option("3")
    return ("1-орын", "2-орын", "3-орын")


def mark_knapsack(page: Any, scripts: bool) -> tuple[str, ...]:
    boxes = page.locator("[data-choice] input")
    before = bar(page)
    boxes.nth(0).check(force=True)
    if scripts:
        assert bar(page) != before
        for place in range(1, boxes.count()):
            boxes.nth(place).click(force=True)
            if page.locator(".ballot-bar--over").count():
                break
        else:
            raise AssertionError("all of them cost twice the budget")
        assert not boxes.nth(place).is_checked(), "what does not fit is taken back"
    return ("₸",)


MARK = {"points": mark_points, "ranking": mark_ranking, "knapsack": mark_knapsack}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_ballot_of_each_kind_goes_through_to_its_receipt(
    trials: Any, visitor: Any, kind: str, scripts: bool
) -> None:
    person = visitor("kk", phone=True, scripts=scripts)
    voter = trials.voters[KINDS.index(kind) + 3 * scripts]
    page = enter(person, trials, slug_of(kind), voter)
    name = f"{kind}-{'js' if scripts else 'plain'}"
    look(person, f"{name}-empty")
    words = MARK[kind](page, scripts)
    look(person, f"{name}-marked")
    assert finish(person, name, words)


def tab_to(page: Any, selector: str, most: int = 120) -> None:
    """Move the focus by the Tab key alone."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


def key_points(page: Any) -> None:
    tab_to(page, "[data-choice] [data-step='1']")
    for _ in range(4):
        page.keyboard.press("Enter")
    tab_to(page, "[data-choice] input")
    page.keyboard.type("6")


def key_ranking(page: Any) -> None:
    tab_to(page, "[data-choice] select")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[data-choice] select")
    tab_to(page, "[data-choice] [data-step='-1']")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")


def key_knapsack(page: Any) -> None:
    tab_to(page, "[data-choice] input")
    page.keyboard.press("Space")


KEYS = {"points": key_points, "ranking": key_ranking, "knapsack": key_knapsack}


@pytest.mark.parametrize("kind", KINDS)
def test_a_ballot_of_each_kind_is_cast_by_keyboard_alone(
    trials: Any, visitor: Any, kind: str
) -> None:
    person = visitor("kk", phone=True)
    page = enter(person, trials, slug_of(kind), trials.voters[6 + KINDS.index(kind)])
    before = bar(page)
    KEYS[kind](page)
    tab_to(page, ".ballot-bar button")
    assert bar(page) != before
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert person.path().endswith("/vote/check"), page.locator("main").inner_text()[:400]
    tab_to(page, "button.button--vote")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert person.path().endswith("/vote/done")
    assert receipt(person)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_points_go_to_the_own_district_and_one_other(
    trials: Any, visitor: Any, scripts: bool
) -> None:
    person = visitor("kk", phone=True, scripts=scripts)
    slug = slug_of("points", "own-and-one")
    page = enter(person, trials, slug, trials.voters[9 + scripts])
    look(person, f"other-{scripts}-empty")
    page.locator("[data-choice] input").first.fill("4")
    before = page.locator("[data-choice]").count()
    page.select_option("select[name=other]", index=1)
    press(page, "button[name=go][value=other]")
    assert page.locator("[data-choice]").count() > before
    assert re.search(r"\b6\b", bar(page)), "the points of the own district are kept"
    page.locator("[data-choice] input").last.fill("2")
    page.locator("[data-choice] input").last.blur()
    look(person, f"other-{scripts}-marked")
    finish(person, f"other-{scripts}", ("4 ұпай", "2 ұпай"))


def test_a_refused_ballot_keeps_what_was_typed_without_scripts(trials: Any, visitor: Any) -> None:
    person = visitor("kk", phone=True, scripts=False)
    page = enter(person, trials, slug_of("points"), trials.voters[11])
    fields = page.locator("[data-choice] input")
    fields.nth(0).fill("8")
    fields.nth(1).fill("7")
    press(page, ".ballot-bar button[type=submit]")
    look(person, "refused")
    assert page.locator(".error-summary").count() == 1
    fields = page.locator("[data-choice] input")
    assert [fields.nth(place).input_value() for place in (0, 1)] == ["8", "7"]
