"""Each way to prove who votes, on a phone in Kazakh, from the first page to the receipt."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.provider import running_provider

SEND = "main form button[type=submit]"
FORM = "main form:has(input[name=iin]) button[type=submit]"


def press(page: Any, selector: str) -> None:
    """Press what opens the next page."""
    with page.expect_navigation():
        page.locator(selector).last.click()


def look(person: Any) -> None:
    """axe and the width, where the page runs scripts."""
    if person.scripts:
        person.check()


def choose(person: Any, portal: Any, way: str) -> Any:
    """The first page: the phone's form, and the other ways under it."""
    page = person.go(f"/c/{portal.cycle(1)}/vote")
    assert page.locator(".vote-ways a").count() == 3
    look(person)
    if way != "phone":
        press(page, f".vote-ways a[href$='/vote/{way}']")
        look(person)
    return page


def type_person(page: Any, voter: dict[str, str], **more: str) -> None:
    """The data of the document, and what else the way asks for."""
    for name in ("iin", "birth_date"):
        page.fill(f"input[name={name}]", voter[name])
    for name, value in more.items():
        page.fill(f"input[name={name}]", value)


def code_for(portal: Any) -> str:
    """The newest code in the letter box."""
    rows = portal.sql(
        "SELECT data FROM outbox_letter WHERE channel = 'sms' ORDER BY id DESC LIMIT 1"
    )
    found = re.search(r"\b\d{6}\b", str(rows[0][0]))
    assert found
    return found[0]


def to_receipt(person: Any) -> str:
    """From the ballot to the receipt."""
    page = person.page
    assert person.path().endswith("/vote/ballot"), page.locator("main").inner_text()[:400]
    page.locator("input[name=choice]").first.check(force=True)
    look(person)
    press(page, ".ballot-bar button[type=submit]")
    look(person)
    press(page, "main form:has(input[name=submission]) button.button--vote")
    assert person.path().endswith("/vote/done"), page.locator("main").inner_text()[:400]
    look(person)
    found = re.search(r"\b(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}\b", page.locator("main").inner_text())
    assert found, "no receipt on the page"
    return found[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_code_to_the_phone(portal: Any, visitor: Any, scripts: bool) -> None:
    voter = portal.voters[5 if scripts else 6]
    person = visitor("kk", phone=True, scripts=scripts)
    page = choose(person, portal, "phone")
    type_person(page, voter, phone=voter["phone"])
    press(page, FORM)
    look(person)
    page.fill("input[name=code]", code_for(portal))
    press(page, "main form:has(input[name=code]) button[type=submit]")
    assert to_receipt(person)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_code_on_paper(portal: Any, visitor: Any, scripts: bool) -> None:
    voter, other = portal.voters[7 if scripts else 8], portal.voters[9]
    person = visitor("kk", phone=True, scripts=scripts)
    page = choose(person, portal, "paper-code")
    type_person(page, voter, code=other["paper_code"][:-1] + "!")
    press(page, FORM)
    assert page.locator(".error-summary").count() == 1
    look(person)
    page.fill("input[name=code]", voter["paper_code"].lower().replace("-", " "))
    press(page, FORM)
    assert to_receipt(person)
    again = visitor("kk", phone=True, scripts=scripts)
    page = choose(again, portal, "paper-code")
    type_person(page, other, code=voter["paper_code"])
    press(page, FORM)
    assert page.locator(".error-summary").count() == 1, "a code serves one voter"
    assert page.locator("main a[href$='/vote/help']").count() >= 1


def test_a_login_of_the_state_services(portal: Any, visitor: Any) -> None:
    voter = portal.voters[10]
    person = visitor("kk", phone=True)
    page = choose(person, portal, "openid")
    press(page, "main a[href$='/vote/openid/go']")
    assert person.path().endswith("/vote/openid/go"), "the provider does not run yet"
    assert page.locator("main a[href$='/vote']").count() >= 1, "another way is offered"
    claims = {"sub": "anna", "iin": voter["iin"]}
    with running_provider(claims, port=portal.provider_port) as issuer:
        page.wait_for_timeout(16_000)
        page = choose(person, portal, "openid")
        press(page, "main a[href$='/vote/openid/go']")
        assert page.url.startswith(issuer), page.url
        press(page, "button[name=sub][value=anna]")
        person.problems.clear()
        assert to_receipt(person)


def test_an_operator_on_the_spot(portal: Any, visitor: Any) -> None:
    voter, slug = portal.voters[11], portal.cycle(1)
    person = visitor("kk", phone=True)
    person.sign_in("registrar")
    page = person.go(f"/desk/cycles/{slug}/help-voter")
    look(person)
    type_person(page, voter)
    page.locator("input[name=looked]").check(force=True)
    press(page, FORM)
    assert person.path().endswith("/vote/desk")
    look(person)
    press(page, "main a[href$='/vote/ballot']")
    assert to_receipt(person)
    press(page, "main form[action$='/vote/leave'] button:not([formaction])")
    assert person.path().endswith("/vote/desk/thanks")
    look(person)
    for closed in ("/desk", f"/desk/cycles/{slug}/help-voter"):
        person.go(closed)
        assert person.path().startswith("/login"), "the operator is signed out"
    page.go_back()
    person.go(f"/c/{slug}/vote/ballot")
    assert not person.path().endswith("/vote/ballot"), "nothing is left of the visit"


def test_with_the_keyboard_alone(portal: Any, visitor: Any) -> None:
    voter = portal.voters[12]
    person = visitor("kk", phone=True)
    page = person.go(f"/c/{portal.cycle(1)}/vote")
    reach(page, ".vote-ways a[href$='/vote/paper-code']")
    send(page)
    for name, value in (
        ("iin", voter["iin"]),
        ("birth_date", voter["birth_date"]),
        ("code", voter["paper_code"]),
    ):
        reach(page, f"input[name={name}]")
        page.keyboard.type(value)
    send(page)
    assert person.path().endswith("/vote/ballot"), page.locator("main").inner_text()[:400]
    reach(page, "input[name=choice]")
    page.keyboard.press("Space")
    reach(page, ".ballot-bar button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reach(page, "button.button--vote")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert person.path().endswith("/vote/done"), page.locator("main").inner_text()[:400]


def reach(page: Any, selector: str) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def send(page: Any) -> None:
    """On from the focused control by Enter."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
