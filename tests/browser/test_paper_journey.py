"""Voting on paper: the public page, the desk of a polling point, a batch typed by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pb_portal.domain.polling import serial_code
from tests.browser.test_booth_journey import tab_to
from tests.browser.test_vote_journey import press, vote

ON_PORTAL, ON_PAPER, ELSEWHERE = 16, 17, 18
"""Sample voters: two of the district with the second polling point, one of a district without."""
KEY_FORM = "form[data-module=keying]"


@pytest.fixture
def polls(portal: Any) -> Iterator[Any]:
    """The shared portal; what the journey left on paper no longer holds up the count after it."""
    yield portal
    gone = "DELETE FROM voting_participation WHERE channel = 'paper'"
    portal.plant("voting_participation", gone)
    portal.sql("UPDATE voting_paper_handed SET taken_back = handed")
    portal.sql("UPDATE voting_paper_batch SET state = 'set_aside' WHERE state <> 'printed'")


def staff(visitor: Any, role: str) -> Any:
    """Somebody of the staff at a desk, signed in."""
    person = visitor("ru")
    person.sign_in(role)
    return person


def ask(person: Any, voter: dict[str, str]) -> str:
    """Type a document at the desk; the answer."""
    year, month, day = voter["birth_date"].split("-")
    page = person.page
    assert page.evaluate("document.activeElement.name") == "iin", "the next person at once"
    page.keyboard.type(voter["iin"])
    page.keyboard.press("Tab")
    page.keyboard.type(f"{day}.{month}.{year}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    person.check()
    assert voter["iin"] not in page.content(), "nothing typed stays on the screen"
    return str(page.locator("main .notice").first.inner_text())


def test_where_to_vote_on_paper_reads_well_on_a_phone_in_kazakh(portal: Any, visitor: Any) -> None:
    person = visitor("kk", phone=True)
    page = person.go(f"/c/{portal.cycle(1)}/vote/paper")
    assert page.locator(".polling-points__point").count() == 2
    assert "Достық кітапханасы" in page.locator("main").inner_text()
    person.check()


def test_the_desk_hands_one_paper_to_one_person_who_has_not_voted(polls: Any, visitor: Any) -> None:
    voters, slug = polls.voters, polls.cycle(1)
    vote(visitor("ru", phone=True, scripts=False), polls, voters[ON_PORTAL], [0])
    registrar = staff(visitor, "registrar")
    page = registrar.go(f"/desk/cycles/{slug}/paper")
    registrar.check()
    press(page, "main a[href$='/desk']")
    registrar.check()
    assert "Может голосовать" in ask(registrar, voters[ON_PAPER])
    assert "уже выдали бюллетень" in ask(registrar, voters[ON_PAPER])
    assert "уже проголосовал на портале" in ask(registrar, voters[ON_PORTAL])
    assert "в другом районе" in ask(registrar, voters[ELSEWHERE])


def take_in(person: Any, batch: str, cast: int, unused: int) -> None:
    """Write the equation with the keyboard; figures that do not add up are refused."""
    page = person.go(f"{batch}/return")
    person.check()
    for figures in ((cast, unused - 1), (cast, unused)):
        for name, figure in zip(("cast", "unused"), figures, strict=True):
            if not page.evaluate(f"document.activeElement.name === {name!r}"):
                tab_to(page, f"[name={name}]")
            page.keyboard.press("Control+A")
            page.keyboard.type(str(figure))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        person.check()
        assert (sum(figures) == cast + unused) == (not page.locator(".error-summary").count())


def key(person: Any, batch: str, read: dict[int, str]) -> None:
    """Type a whole batch and finish it, with the keyboard alone."""
    page = person.go(batch)
    tab_to(page, "form[action$='/begin'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for serial, marks in read.items():
        person.check()
        assert page.evaluate("document.activeElement.name") == "serial"
        page.keyboard.type(serial_code(serial))
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.name") == "marks", "Enter goes on"
        page.keyboard.type(marks)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert page.locator(f"{KEY_FORM} [aria-invalid=true]").count() == 0
    person.check()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert person.path() == batch, "the focus lay on the button that finishes"
    person.check()


def test_two_type_a_batch_with_the_keyboard_and_a_third_decides(polls: Any, visitor: Any) -> None:
    ((batch_id, first, last),) = polls.sql("SELECT id, first, last FROM voting_paper_batch")
    batch, size = f"/desk/polling/batches/{batch_id}", last - first + 1
    people = [staff(visitor, role) for role in ("registrar", "registrar2", "registrar3")]
    page = people[0].go(batch)
    people[0].check()
    page.select_option("[name=received_by]", index=0)
    press(page, "form[action$='/issue'] button[type=submit]")
    people[0].check()
    take_in(people[1], batch, 2, size - 2)
    key(people[1], batch, {first: "1 3", first + 1: "/1"})
    key(people[2], batch, {first + 1: "/1", first: "1 4"})

    third = people[0]
    page = third.go(batch)
    press(page, "main a[href$='/compare']")
    third.check()
    assert page.locator("main tbody tr").count() == 1, "only the one read differently"
    tab_to(page, "[name=marks]")
    page.keyboard.type("1 3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    third.check()
    press(page, "form[action$='/finish'] button[type=submit]")
    third.check()
    (state,) = polls.sql("SELECT state FROM voting_paper_batch WHERE id = :id", id=batch_id)
    assert state[0] == "agreed"
