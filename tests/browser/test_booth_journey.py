"""The voter's way on a phone: two minutes, five pages, no dead end; keyboard alone; no scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.test_vote_journey import SEND, code_for, identify, press, receipt

MOST_PAGES = 5
MOST_TAPS = 14
THUMB = 44


def tab_to(page: Any, selector: str, most: int = 80) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement?.matches({selector!r})"):
            return
    raise AssertionError(f"Tab does not come to {selector}")


def test_from_the_start_to_the_receipt_in_five_pages_and_few_taps(
    portal: Any, visitor: Any
) -> None:
    person, voter = visitor("kk", phone=True), portal.voters[4]
    pages: list[str] = []
    person.page.on(
        "framenavigated",
        lambda frame: frame.parent_frame or pages.append(urlsplit(frame.url).path),
    )
    page, typed, taps = person.go(f"/c/{portal.cycle(1)}/vote"), 0, 0
    for name in ("iin", "birth_date", "phone"):
        page.fill(f"input[name={name}]", voter[name])
        typed, taps = typed + len(voter[name]), taps + 1
    press(page, SEND + " >> nth=0")
    page.fill("input[name=code]", code_for(portal))
    press(page, "main form:has(input[name=code]) button[type=submit]")
    taps += 3
    for place in range(3):
        page.locator("input[name=choice]").nth(place).click()
        taps += 1
    assert "3" in page.locator("[data-ballot-count]").inner_text()
    press(page, ".ballot-bar button[type=submit]")
    press(page, "main form:has(input[name=submission]) button.button--vote")
    taps += 2
    assert receipt(person)
    steps = list(dict.fromkeys(pages))
    assert len(steps) <= MOST_PAGES, steps
    assert taps <= MOST_TAPS, taps
    assert typed + 6 <= 60, typed


def test_a_ballot_is_cast_with_the_keyboard_alone(portal: Any, visitor: Any) -> None:
    person, voter = visitor("kk"), portal.voters[5]
    page = person.go(f"/c/{portal.cycle(1)}/vote")
    for name in ("iin", "birth_date", "phone"):
        tab_to(page, f"input[name={name}]")
        page.keyboard.type(voter[name])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "input[name=code]")
    page.keyboard.type(code_for(portal))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert person.path().endswith("/vote/ballot")
    tab_to(page, "button[value=view-list]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "input[name=choice]")
    page.keyboard.press("Space")
    assert "1" in page.locator("[data-ballot-count]").inner_text()
    tab_to(page, ".ballot-bar button", most=200)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "button.button--vote")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert receipt(person)


@pytest.mark.parametrize("scripts", [True, False])
def test_every_view_of_the_ballot_is_whole_on_a_phone(
    portal: Any, visitor: Any, scripts: bool
) -> None:
    person = visitor("kk", phone=True, scripts=scripts)
    identify(person, portal, portal.voters[6 if scripts else 7])
    page = person.page
    page.locator("input[name=choice]").first.check(force=True)
    for view in ("list", "map", "cards"):
        press(page, f"button[value=view-{view}]")
        assert page.locator("input[name=choice]:checked").count() == 1, view
        if scripts:
            if view == "map":
                page.wait_for_selector(".map--on .map-marker, .map--on .map-cluster")
            person.check()
    press(page, "button[value^=proposal-]")
    assert person.path().endswith("/vote/proposal")
    if scripts:
        person.check()
    page.locator(".ballot-bar input[name=choice]").check(force=True)
    press(page, ".ballot-bar button[type=submit]")
    assert "#paper-" in page.url
    assert page.locator("input[name=choice]:checked").count() == 2
    press(page, "button[value=view-list]")
    for place in (0, 1):
        page.locator("input[name=compare]").nth(place).check()
    press(page, "button[value=compare]")
    assert page.locator(".ballot-compare__one").count() == 2
    if scripts:
        person.check()
    press(page, "button.back-link")
    press(page, "button[value=later]")
    if scripts:
        person.check()
    page.fill("input[name=address]", "aigul@example.kz")
    press(page, "form:has(input[name=address]) button[type=submit]")
    assert portal.sql("SELECT count(*) FROM voting_letter WHERE kind = 'reminder'")[0][0] >= 1
    press(page, "form[action$='/vote/leave'] button")


def test_controls_are_as_large_as_a_thumb_and_told_to_a_screen_reader(
    portal: Any, visitor: Any
) -> None:
    person = visitor("kk", phone=True)
    identify(person, portal, portal.voters[8])
    page = person.page
    small = page.evaluate(
        """least => [...document.querySelectorAll(
             'main button, .ballot-choice__label, main summary, main select')]
           .filter(el => el.getClientRects().length && getComputedStyle(el).visibility !== 'hidden')
           .filter(el => !el.matches('p .link'))
           .map(el => [el.className, el.getBoundingClientRect().height])
           .filter(([, height]) => height < least)""",
        THUMB - 0.5,
    )
    assert not small, small
    assert page.get_by_role("status").filter(has_text="3").count() >= 1
    first = page.locator("input[name=choice]").first
    title = page.locator(".ballot-card__title").first.inner_text().split(". ", 1)[1]
    assert title.split("\n")[0] in page.evaluate(
        """el => el.getAttribute('aria-labelledby').split(' ')
           .map(id => document.getElementById(id).textContent).join(' ')""",
        first.element_handle(),
    )
    assert page.locator("main h1").count() == 1 and page.locator("main h2").count() > 3


def test_reading_around_the_vote_is_whole_on_a_phone(portal: Any, visitor: Any) -> None:
    person = visitor("kk", phone=True)
    for path in ("/vote/how", "/vote/help", "/receipt"):
        person.go(f"/c/{portal.cycle(1)}{path}")
        person.check()
