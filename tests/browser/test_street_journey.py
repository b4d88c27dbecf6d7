"""A resident follows what was built, reports a defect with a photo, reopens it and rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.test_proposal_journey import photo

EMAIL = "korshi@example.kz"
DEFECT = "Орындықтың тақтайы босап тұр, балаға қауіпті."
ANSWER = "Доску закрепили сегодня утром."


def completed(portal: Any) -> int:
    """A finished project nobody has said anything about."""
    rows = portal.sql(
        "SELECT p.number FROM projects_project p JOIN projects_photo f ON f.project_id = p.id"
        " WHERE p.status = 'completed' AND f.stage = 'after' AND p.manager_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM projects_issue i WHERE i.project_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM projects_rating r WHERE r.project_id = p.id)"
        " ORDER BY p.number"
    )
    return int(rows[0][0])


def press(page: Any, selector: str) -> None:
    """Press a button that leads on."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def follow_by_mail(person: Any, path: str) -> None:
    """Ask for letters without an account and confirm by the letter."""
    page = person.go(path)
    person.check()
    assert page.locator(".before-after__range").count() == 1, "the slider takes the keyboard"
    page.locator(".before-after__range").press("ArrowRight")
    press(page, "#follow a[href$='/letters']")
    page.fill("input[name=email]", EMAIL)
    page.select_option("select[name=rhythm]", "weekly")
    person.check()
    press(page, "main form button[type=submit]")
    assert EMAIL not in page.content() and EMAIL not in page.url
    page = person.go("/letters")
    press(page, "main a[href*='/follow/']")
    person.check()
    press(page, "main button[value=confirm]")
    assert page.locator("main button[value=stop]").count() == 1


def test_a_resident_follows_reports_reopens_and_rates(
    portal: Any, visitor: Any, tmp_path: Path
) -> None:
    number = completed(portal)
    path = f"/projects/{number}"
    resident = visitor("kk", phone=True)
    follow_by_mail(resident, path)
    resident.sign_in("resident")
    page = resident.go(path + "/report?kind=defect")
    page.fill("textarea[name=body]", DEFECT)
    page.fill("input[name=place]", "Бірінші кіреберіс")
    page.fill("input[name=alt]", "Босап тұрған тақтай")
    page.set_input_files("input[name=picture]", str(photo(tmp_path / "board.jpg")))
    resident.check()
    press(page, "main form button[type=submit]")
    assert DEFECT in page.locator(".issue").first.inner_text()
    assert page.locator(".issue img[alt='Босап тұрған тақтай']").count() == 1
    resident.check()
    issue = portal.sql("SELECT id FROM projects_issue WHERE body = :body", body=DEFECT)[0][0]

    manager = visitor("ru")
    manager.sign_in("manager")
    desk = manager.go("/desk/issues?view=all")
    manager.check()
    press(desk, f"main a[href$='/desk/issues/{issue}']")
    desk.locator("input[name=step][value=fixed]").check(force=True)
    desk.fill("textarea[name=body]", ANSWER)
    manager.check()
    press(desk, "main form:has(textarea) button[type=submit]")

    page = resident.go(path)
    assert ANSWER in page.locator(f"#issue-{issue}").inner_text()
    press(page, f"#issue-{issue} a[href$='/reopen']")
    page.fill("textarea[name=body]", "Кешке қайта босады.")
    press(page, "main form:has(textarea) button[type=submit]")
    press(page, "#follow form button[type=submit]")
    press(page, "#ratings a[href$='/rate']")
    page.locator("input[name=stars][value='4']").check(force=True)
    page.fill("textarea[name=comment]", "Жақсы, бірақ тақтайын бекіту керек.")
    resident.check()
    press(page, "main form:has(textarea) button[type=submit]")
    assert "бекіту керек" in page.locator("#ratings").inner_text()
    states = portal.sql("SELECT state, reopened FROM projects_issue WHERE id = :id", id=issue)
    assert states == [("open", 1)]

    bare = visitor("ru", scripts=False)
    page = bare.go(path)
    assert page.locator(".before-after__side").nth(1).is_visible(), "side by side without scripts"
    for address in ("/projects?view=board", "/projects?view=map", "/projects/scorecard"):
        resident.go(address)
        resident.check()
