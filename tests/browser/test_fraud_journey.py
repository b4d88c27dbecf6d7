"""The fraud desk: a case needs two people, and everybody reads its rules on a phone."""

from __future__ import annotations

from typing import Any

from tests.browser.test_vote_journey import press

REGISTRAR, SECOND = "registrar", "commissioner2"


def test_a_case_goes_to_a_second_person_and_back(portal: Any, visitor: Any) -> None:
    """The second one does not agree, so that the votes of the sample stay as they are."""
    desk = f"/desk/cycles/{portal.cycle(1)}/fraud"
    first = visitor("ru")
    first.sign_in(REGISTRAR)
    page = first.go(desk)
    first.check()
    _open_case(first)
    assert "48 голосов с одного сетевого адреса" in page.locator("main").inner_text()
    first.check()
    page.check("input[name=reason][value=borrowed_identity]", force=True)
    page.fill("textarea[name=sentence]", "Пример: голоса отправил один человек.")
    press(page, "form[action$=void] button[type=submit]")
    assert "Ждёт второго человека" in page.locator("main").inner_text()
    first.check()
    second = visitor("ru")
    second.sign_in(SECOND)
    second.go(desk)
    _open_case(second)
    press(second.page, "main a[href*='/desk/fraud/requests/']")
    second.check()
    second.page.check("input[name=decision][value=decline]", force=True)
    second.page.fill("textarea[name=reason]", "Пример: ответ КСК ещё не пришёл.")
    press(second.page, "main form button[type=submit]")
    assert "Второй человек не согласился" in second.page.locator("main").inner_text()
    second.check()


def test_the_published_rules_read_well_on_a_phone_in_kazakh(portal: Any, visitor: Any) -> None:
    person = visitor("kk", phone=True)
    page = person.go(f"/c/{portal.cycle(1)}/checking")
    assert "90 күннен кейін жойылады" in page.locator("main").inner_text()
    person.check()


def _open_case(person: Any) -> None:
    press(person.page, "main th a[href^='/desk/fraud/']")
