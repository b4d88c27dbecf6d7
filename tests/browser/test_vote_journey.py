"""From the ballot to the ribbon: a voter, two commissioners, a manager, a follower, an auditor."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pb_portal.domain.identity import check_digit

SEND = "main form button[type=submit]"


def press(page: Any, selector: str) -> None:
    """Press a button that opens the next page."""
    with page.expect_navigation():
        page.locator(selector).last.click()


def receipt(person: Any) -> str:
    """The receipt code shown on the last page."""
    found = re.search(
        r"\b(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}\b", person.page.locator("main").inner_text()
    )
    assert found, "no receipt on the page"
    return found[0]


def code_for(portal: Any) -> str:
    """The newest one-time code that lies in the letter box."""
    rows = portal.sql(
        "SELECT data FROM outbox_letter WHERE channel = 'sms' ORDER BY id DESC LIMIT 1"
    )
    found = re.search(r"\b\d{6}\b", str(rows[0][0]))
    assert found
    return found[0]


def identify(person: Any, portal: Any, voter: dict[str, str]) -> None:
    """Prove identity with the register's data and the code."""
    page = person.go(f"/c/{portal.cycle(1)}/vote/phone")
    page.fill("input[name=iin]", voter["iin"])
    page.fill("input[name=birth_date]", voter["birth_date"])
    page.fill("input[name=phone]", voter["phone"])
    press(page, SEND + " >> nth=0")
    assert person.path().endswith("/vote/code"), page.locator("main").inner_text()[:400]
    if person.scripts:
        person.check()
    page.fill("input[name=code]", code_for(portal))
    press(page, "main form:has(input[name=code]) button[type=submit]")
    assert person.path().endswith("/vote/ballot"), page.locator("main").inner_text()[:400]


def vote(person: Any, portal: Any, voter: dict[str, str], places: list[int]) -> str:
    """Mark cards, check and send; returns the receipt."""
    identify(person, portal, voter)
    page = person.page
    for box in page.locator("input[name=choice]:checked").all():
        box.uncheck(force=True)
    for place in places:
        page.locator("input[name=choice]").nth(place).check(force=True)
    if person.scripts:
        person.check()
    press(page, ".ballot-bar button[type=submit]")
    assert person.path().endswith("/vote/check"), page.locator("main").inner_text()[:400]
    assert page.locator("main input[name=choice]").count() == len(places)
    if person.scripts:
        person.check()
    press(page, "main form:has(input[name=submission]) button.button--vote")
    assert person.path().endswith("/vote/done"), page.locator("main").inner_text()[:400]
    if person.scripts:
        person.check()
    return receipt(person)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_vote_takes_five_pages_with_and_without_scripts(
    portal: Any, visitor: Any, scripts: bool
) -> None:
    person = visitor("kk", phone=True, scripts=scripts)
    code = vote(person, portal, portal.voters[0 if scripts else 1], [0, 2])
    press(person.page, SEND)
    page = person.go(f"/c/{portal.cycle(1)}/receipt")
    page.fill("main input[type=text]", code)
    press(page, SEND)
    assert code[:4] in page.content()


def test_wrong_identity_says_the_same_as_an_unknown_one(portal: Any, visitor: Any) -> None:
    known, answers = portal.voters[3], []
    stem = known["iin"][:7] + "8"
    unknown = next(
        f"{stem}{serial:03d}{digit}"
        for serial in range(100)
        if (digit := check_digit(f"{stem}{serial:03d}")) is not None
    )
    for changes in ({"iin": unknown}, {"phone": "+77009999999"}):
        person = visitor("ru", phone=True)
        page = person.go(f"/c/{portal.cycle(1)}/vote/phone")
        for name, value in {**known, **changes}.items():
            if name in ("iin", "birth_date", "phone"):
                page.fill(f"input[name={name}]", value)
        press(page, SEND + " >> nth=0")
        page.fill("input[name=code]", "000000")
        press(page, "main form:has(input[name=code]) button[type=submit]")
        answers.append((person.path(), page.locator(".error-summary").inner_text()))
    assert answers[0] == answers[1]


def extend(portal: Any, visitor: Any, slug: str) -> None:
    """One commissioner asks for a later end, the other agrees."""
    first, second = visitor("ru"), visitor("ru")
    first.sign_in("commissioner")
    page = first.go(f"/desk/cycles/{slug}/phases")
    (value,) = portal.sql(
        "SELECT id FROM cycles_phase WHERE kind = 'voting' AND cycle_id ="
        " (SELECT id FROM cycles_cycle WHERE slug = :slug)",
        slug=slug,
    )
    options = page.locator("[name=phase] option").evaluate_all("all => all.map(one => one.value)")
    wanted = str(value[0]) if str(value[0]) in options else "voting"
    page.select_option("[name=phase]", wanted)
    later = datetime.now(UTC) + timedelta(days=12)
    page.fill("[name=ends_at]", later.strftime("%Y-%m-%dT18:00"))
    page.fill("[name=reason]", "Из-за снегопада два дня не работали пункты помощи.")
    press(page, "main form:has([name=ends_at]) button[type=submit]")
    (request,) = portal.sql("SELECT id FROM approvals_request WHERE kind = 'phase.extend'")
    own = first.go(f"/desk/extensions/{request[0]}")
    assert own.locator("[name=decision]").count() == 0, "nobody approves a request of their own"
    second.sign_in("commissioner2")
    page = second.go("/desk")
    assert page.locator(f"a[href*='/desk/extensions/{request[0]}']").count() >= 1
    page = second.go(f"/desk/extensions/{request[0]}")
    second.check()
    page.locator("[name=decision]").first.check(force=True)
    press(page, "main form:has([name=decision]) button[type=submit]")
    assert "снегопада" in visitor("ru").go(f"/c/{slug}").content(), "the reason is public"


def certify(portal: Any, visitor: Any, slug: str) -> None:
    """Count after the close; two commissioners sign."""
    first, second = visitor("ru"), visitor("ru")
    first.sign_in("commissioner")
    page = first.go(f"/desk/cycles/{slug}/count")
    first.check()
    press(page, "main form[action$='/count'] button[type=submit]")
    page.wait_for_selector("main form[action*='/certification']")
    first.check()
    sealed = visitor("ru").go(f"/c/{slug}/results")
    assert not sealed.locator("table").count(), "nothing is public before the second signature"
    press(page, "main form[action*='/certification'] button[type=submit]")
    (request,) = portal.sql(
        "SELECT id FROM approvals_request WHERE kind = 'result.certify' AND state = 'open'"
    )
    second.sign_in("commissioner2")
    page = second.go(f"/desk/certifications/{request[0]}")
    second.check()
    page.locator("[name=decision]").first.check(force=True)
    press(page, "main form:has([name=decision]) button[type=submit]")


def build(portal: Any, visitor: Any, slug: str, tmp_path: Path) -> int:
    """Winners become projects; a manager takes one to completion."""
    secretary = visitor("ru")
    secretary.sign_in("secretary")
    page = secretary.go(f"/desk/cycles/{slug}/projects")
    secretary.check()
    press(page, "section button[name=step][value=preview]")
    press(page, "button[name=step][value=make]")
    (row,) = portal.sql(
        "SELECT max(number) FROM projects_project JOIN cycles_cycle c ON c.id = cycle_id"
        " WHERE c.slug = :slug",
        slug=slug,
    )
    number = int(row[0])
    follower = visitor("kk", phone=True)
    follower.sign_in("resident")
    page = follower.go(f"/projects/{number}")
    press(page, "main form[action*='follow'] button[type=submit]")

    manager = visitor("ru", phone=True)
    manager.sign_in("manager")
    page = manager.go(f"/desk/projects/{number}")
    manager.check()
    step = "button[name=step-target][value={}]".format
    for state in ("design", "procurement"):
        press(page, step(state))
    assert page.locator(step("contracted")).count() == 0, "no contract, no step"
    today = datetime.now(UTC).date().isoformat()
    page.fill("[name=contract-contractor]", "ТОО «Пример»")
    page.fill("[name=contract-contractor_bin]", "000140000012")
    page.fill("[name=contract-number]", "1/26")
    page.fill("[name=contract-sum]", "0")
    page.fill("[name=contract-signed_on]", today)
    press(page, "form:has([name=contract-sum]) button[type=submit]")
    assert page.locator("#section-contract [aria-invalid=true]").count(), "a contract of nothing"
    promised = portal.sql("SELECT promised_sum FROM projects_project WHERE number = :n", n=number)
    page.fill("[name=contract-sum]", str(promised[0][0]))
    press(page, "form:has([name=contract-sum]) button[type=submit]")
    for state in ("contracted", "works"):
        press(page, step(state))
    picture = tmp_path / "after.jpg"
    Image.new("RGB", (1200, 900), "#88aa66").save(picture)
    page.fill("[name=news-body]", "Смонтировали освещение, осталось озеленение.")
    page.fill("[name=news-progress]", "70")
    page.set_input_files("[name=news-picture]", str(picture))
    press(page, "form:has([name=news-body]) button[type=submit]")
    page.fill("[name=payment-sum]", "1000000")
    page.fill("[name=payment-paid_on]", today)
    press(page, "form:has([name=payment-sum]) button[type=submit]")
    press(page, step("acceptance"))
    assert page.locator(step("completed")).count() == 0, "no acceptance, no end"
    page.fill("[name=acceptance-accepted_on]", today)
    page.fill("[name=acceptance-act]", "12")
    for field in page.locator("[name^=acceptance-delivered_]").all():
        if not field.input_value():
            field.fill("100000")
    for field in page.locator("[name^=acceptance-reason_]").all():
        field.fill("Приняли по обмеру на месте.")
    press(page, "form:has([name=acceptance-act]) button[type=submit]")
    page.locator("[name=photos-stage][value=after]").check(force=True)
    page.set_input_files("[name=photos-picture]", str(picture))
    press(page, "form:has([name=photos-picture]) button[type=submit]")
    press(page, step("completed"))
    manager.check()
    return number


def test_votes_are_counted_certified_and_built(portal: Any, visitor: Any, tmp_path: Path) -> None:
    slug = portal.cycle(1)
    voter = visitor("ru", phone=True)
    first = vote(voter, portal, portal.voters[4], [1])
    again = visitor("ru")
    second = vote(again, portal, portal.voters[4], [0, 1, 3])
    assert first != second, "a changed vote has a receipt of its own"
    extend(portal, visitor, slug)
    portal.move_phase(slug, "voting", starts=-200, ends=-0.001)
    page = visitor("kk", phone=True).go(f"/c/{slug}/vote")
    assert page.locator("input[name=iin]").count() == 0, "the vote is closed"
    certify(portal, visitor, slug)
    stranger = visitor("kk", phone=True)
    page = stranger.go(f"/c/{slug}/results")
    stranger.check()
    assert page.locator("table").count() >= 8, "a table for each district"
    number = build(portal, visitor, slug, tmp_path)
    stranger.go(f"/projects/{number}")
    stranger.check()
    resident = portal.logins["resident"]["email"]
    letters = portal.sql(
        "SELECT count(*) FROM outbox_letter WHERE recipient = :to AND template LIKE 'project%'",
        to=resident,
    )
    assert letters[0][0] >= 7, "the follower hears of every step"
    auditor = visitor("ru")
    auditor.sign_in("auditor")
    for action in ("phase.extended", "result.certified", "project.step_taken"):
        page = auditor.go(f"/desk/audit?action={action}")
        assert action in page.content(), action
