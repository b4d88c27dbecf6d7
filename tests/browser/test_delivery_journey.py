"""A manager's morning, and news from a phone on the site while the network comes and goes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser
WORDS = "Уложили плитку у входа, завтра ставим скамьи."
MINE = (
    "SELECT number FROM projects_project WHERE status = 'works' AND manager_id ="
    " (SELECT id FROM accounts_person WHERE email = :email) ORDER BY due_on LIMIT 1"
)


def reload_offline(page: Page) -> None:
    """Reload as a person does whose first try failed: the worker may just be waking up."""
    for _ in range(3):
        try:
            page.reload()
            return
        except Error:
            page.wait_for_timeout(500)
    page.reload()


def test_the_morning_and_an_update_without_a_network(
    portal: Portal, visitor: Any, tmp_path: Path
) -> None:
    manager = visitor("ru", phone=True)
    page = manager.sign_in("manager")
    manager.go("/desk/projects")
    manager.check()
    for path in ("board", "plan", "calendar"):
        manager.go(f"/desk/projects/{path}")
        manager.check()

    email = portal.logins["manager"]["email"]
    ((number,),) = portal.sql(MINE, email=email)
    page = manager.go(f"/desk/site/{number}")
    manager.check()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function(
        "async () => !!(await (await caches.open('site-1')).match(location.href))"
    )

    manager.context.set_offline(True)
    reload_offline(page)
    expect(page.locator("h1")).to_be_visible()
    photo = tmp_path / "site.jpg"
    Image.new("RGB", (2400, 1800), "#88aa66").save(photo)
    page.fill("[name=body]", WORDS)
    page.fill("[name=progress]", "71")
    page.set_input_files("[name=picture]", str(photo))
    expect(page.locator(".site-shots img")).to_have_count(1)
    page.click(".site-form button[type=submit]")
    expect(page.locator(".site-waiting")).to_contain_text(WORDS)
    page.reload()
    expect(page.locator(".site-waiting")).to_contain_text(WORDS)
    assert not portal.sql("SELECT id FROM projects_update WHERE body = :body", body=WORDS)

    manager.problems.clear()
    manager.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".site-waiting")).to_be_hidden()
    rows = portal.sql(
        "SELECT u.progress, p.id FROM projects_update u JOIN projects_photo p ON p.update_id = u.id"
        " WHERE u.body = :body",
        body=WORDS,
    )
    assert [row[0] for row in rows] == [71], "once, with its photo"
    resident = visitor("kk", phone=True)
    page = resident.go(f"/projects/{number}")
    assert len(re.findall(re.escape(WORDS), page.inner_text("main"))) == 1
