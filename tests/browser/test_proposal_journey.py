"""From an idea to the ballot: a resident on a phone in Kazakh, a reviewer, the secretary."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

PASSWORD = "үш көк орындық"
EMAIL = "ayzhan@example.kz"
TITLE = "Абай көшесіндегі көлеңкелі орындықтар"
PROBLEM = "Аялдамадан емханаға дейін отыратын орын жоқ, қарт адамдар шаршап қалады."
SOLUTION = "Жол бойына арқалықты орындықтар мен көлеңке беретін ағаштар отырғызу."
RETURNED = "Эскизде орындық саны көрсетілмеген, нақтылаңыз."


def photo(path: Path) -> Path:
    """A picture as a phone would make it, with its place inside."""
    picture = Image.new("RGB", (1600, 1200), "#7a9e7e")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    buffer = BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    path.write_bytes(buffer.getvalue())
    return path


def press(page: Any, value: str) -> None:
    """Press the form's button of this meaning."""
    with page.expect_navigation():
        page.locator(f"main button[name=do][value={value}]").first.click()


def register(person: Any) -> None:
    """Register and confirm by the letter, which lands in the letter box."""
    page = person.go("/register")
    page.fill("input[name=name]", "Айжан")
    page.fill("input[name=email]", EMAIL)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/register/check")
    person.check()
    page = person.go("/letters")
    person.check()
    page.locator("main a[href*='/confirm/']").first.click()
    page.wait_for_url("**/confirm/**")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/me")


def draft(person: Any, portal: Any, tmp_path: Path) -> None:
    """Fill the pages of the proposal one by one."""
    slug = portal.cycle(2)
    page = person.go(f"/c/{slug}/propose")
    person.check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/drafts/*/place")
    person.check()
    page.locator(".map-pin .leaflet-container").click()
    assert page.input_value("input[name=lat]"), "a tap on the map sets the pin"
    page.locator(".map-pin__numbers summary").click()
    page.fill("input[name=lat]", "43.25200")
    page.fill("input[name=lon]", "76.92000")
    page.fill("input[name=address]", "Абай көшесі, 44")
    press(page, "continue")
    page.wait_for_url("**/idea**")
    page.fill("input[name=title]", TITLE)
    page.wait_for_timeout(2_500)
    page.reload()
    assert page.input_value("input[name=title]") == TITLE, "what was typed is kept"
    page.locator("input[name=category]").nth(6).check(force=True)
    page.fill("textarea[name=problem]", PROBLEM)
    page.fill("textarea[name=solution]", SOLUTION)
    person.check()
    press(page, "continue")
    page.wait_for_url("**/estimate**")
    page.fill("input[name=find]", "орындық")
    page.locator(".works__label:visible").first.click()
    page.fill("input[name=work_quantity]", "12")
    press(page, "add_work")
    person.check()
    press(page, "continue")
    page.wait_for_url("**/photos**")
    page.set_input_files("input[name=pictures]", str(photo(tmp_path / "yard.jpg")))
    if page.locator("main .photos__one").count() == 0:
        press(page, "add")
    page.locator("main .photos__picture").first.wait_for()
    person.check()
    press(page, "continue")
    page.wait_for_url("**/check**")
    person.check()


def submit(page: Any) -> None:
    """Press the one button of the check page."""
    page.locator(".draft__submit button").click()
    page.wait_for_url(re.compile(r"/c/[^/]+/proposals/\d+"))


def test_an_idea_goes_from_a_phone_to_the_ballot(portal: Any, visitor: Any, tmp_path: Path) -> None:
    author = visitor("kk", phone=True)
    register(author)
    draft(author, portal, tmp_path)
    submit(author.page)
    public = author.path()
    author.check()
    assert TITLE in author.page.locator("h1").inner_text()
    stored = author.page.locator("main img[src*='/files/']").first.get_attribute("src")
    raw = author.context.request.get(portal.url + str(stored)).body()
    assert b"SecretCamera" not in raw, "the photo tells nothing about its camera"

    number = int(re.findall(r"\d+", public)[-1])
    (row,) = portal.sql(
        "SELECT p.id, a.code FROM proposals_proposal p JOIN places_area a ON a.id = p.area_id"
        " JOIN cycles_cycle c ON c.id = p.cycle_id WHERE c.slug = :slug AND p.number = :number",
        slug=portal.cycle(2),
        number=number,
    )
    assert row[1] == "almaly", "the pin stands in Almaly"

    reviewer = visitor("ru")
    reviewer.sign_in("reviewer")
    page = reviewer.go("/desk/review?q=" + str(number))
    assert TITLE in page.content(), "it stands in the queue of its district"
    page = reviewer.go(f"/desk/review/{row[0]}")
    page.locator("form:has(input[name=version]) button[type=submit]").first.click()
    page.wait_for_load_state()
    reviewer.check()
    page.locator("input[name=recommends][value=return]").check(force=True)
    page.fill("textarea[name=remark]", RETURNED)
    page.locator("form:has(textarea[name=remark]) button[type=submit]").first.click()
    page.wait_for_load_state()
    assert not page.locator("[aria-invalid=true]").count(), page.locator(
        ".error-summary"
    ).inner_text()

    page = author.go("/my/proposals")
    author.check()
    page = author.go(public)
    assert RETURNED in page.content(), "the author reads what to mend"
    page = author.go(f"/drafts/{row[0]}/idea")
    page.fill("textarea[name=solution]", SOLUTION + " Барлығы он екі орындық.")
    press(page, "continue")
    author.go(f"/drafts/{row[0]}/check")
    submit(author.page)

    page = reviewer.go(f"/desk/review/{row[0]}")
    page.locator("form:has(input[name=version]) button[type=submit]").first.click()
    page.wait_for_load_state()
    for group in page.locator("fieldset:has(input[type=radio][value=yes])").all():
        group.locator("label[for$='-yes']").click()
    page.locator("input[name=recommends][value=admit]").check(force=True)
    page.locator("form:has(textarea[name=remark]) button[type=submit]").first.click()
    page.wait_for_load_state()
    assert not page.locator("[aria-invalid=true]").count(), page.locator(
        ".error-summary"
    ).inner_text()

    secretary = visitor("ru")
    secretary.sign_in("secretary")
    page = secretary.go("/desk/council")
    secretary.check()
    cycle = portal.sql("SELECT cycle_id FROM proposals_proposal WHERE id = :id", id=row[0])[0][0]
    page.locator(f"main a[href$='cycle={cycle}']").first.click()
    page.wait_for_load_state()
    page.fill("input[name=number]", "77")
    for box in page.locator("input[name=present]").all():
        box.check(force=True)
    page.locator("input[name=chair_id]").first.check(force=True)
    for box in page.locator("input[name=files]").all():
        box.set_checked(box.get_attribute("value") == str(row[0]), force=True)
    secretary.check()
    page.locator("main form:has(input[name=number]) button[type=submit]").click()
    page.wait_for_load_state()
    secretary.check()
    page.locator("main table a", has_text=TITLE).click()
    page.wait_for_load_state()
    page.locator("input[name=outcome][value=admit]").check(force=True)
    secretary.check()
    page.locator("main form:has(input[name=outcome]) button[type=submit]").first.click()
    page.wait_for_load_state()
    assert not page.locator("[aria-invalid=true]").count(), page.locator(
        ".error-summary"
    ).inner_text()
    page.locator("main form[action$='/sign'] button").click()
    page.wait_for_load_state()
    assert "№ 77" in page.locator("h1").inner_text()
    secretary.check()
    status = portal.sql("SELECT status FROM proposals_proposal WHERE id = :id", id=row[0])
    assert status == [("admitted",)]

    page = author.go(public)
    author.check()
    letters = portal.sql("SELECT count(*) FROM outbox_letter WHERE recipient = :email", email=EMAIL)
    assert letters[0][0] >= 5, "a letter for the address and for every step"
    auditor = visitor("ru")
    auditor.sign_in("auditor")
    page = auditor.go(f"/desk/audit?subject=proposal:{row[0]}")
    for action in ("proposal.submitted", "proposal.returned", "proposal.admitted"):
        assert action in page.content(), action
