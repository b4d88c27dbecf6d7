"""Two people write one proposal on their phones; a moderator answers a report."""

from __future__ import annotations

from typing import Any

from tests.browser.test_proposal_journey import press

FRIEND = "manager@sample.example"


def begin(author: Any, portal: Any, title: str) -> str:
    """A draft with a title that a sample proposal has; what is alike appears while typing."""
    page = author.go(f"/c/{portal.cycle(2)}/propose")
    page.locator("main form[action$='/propose'] button").click()
    page.wait_for_url("**/drafts/*/place")
    number = page.url.split("/drafts/")[1].split("/")[0]
    page = author.go(f"/drafts/{number}/idea")
    assert page.locator("[data-module=similar]").is_hidden()
    page.fill("input[name=title]", title)
    page.locator(".similar__title a").first.wait_for()
    assert title in page.locator(".similar__title").all_inner_texts()
    author.check()
    return str(number)


def test_a_draft_is_written_together_and_a_report_is_answered(portal: Any, visitor: Any) -> None:
    slug = portal.cycle(2)
    ((title, known),) = portal.sql(
        "SELECT p.title, p.number FROM proposals_proposal p JOIN cycles_cycle c"
        " ON c.id = p.cycle_id WHERE c.slug = :slug AND p.status = 'in_review'"
        " AND p.comments_count > 0 ORDER BY p.id LIMIT 1",
        slug=slug,
    )
    author = visitor("kk", phone=True)
    author.sign_in("resident")
    number = begin(author, portal, title)
    page = author.go(f"/my/proposals/{number}/people")
    author.check()
    page.fill("input[name=email]", FRIEND)
    press(page, "invite")
    assert FRIEND in page.locator(".people").inner_text()
    author.check()

    friend = visitor("ru", phone=True)
    friend.sign_in("manager")
    page = friend.go("/letters")
    page.locator("main a[href*='/invitations/']").first.click()
    page.wait_for_url("**/invitations/**")
    friend.check()
    page.locator("main form[action$='/accept'] button").click()
    page.wait_for_url("**/people")
    friend.check()
    page = friend.go(f"/drafts/{number}/idea")
    page.fill("textarea[name=problem]", "Вечером здесь темно, дети идут домой по дороге.")
    press(page, "later")
    page = author.go(f"/drafts/{number}/idea")
    assert "темно" in page.input_value("textarea[name=problem]")

    page = friend.go(f"/c/{slug}/proposals/{known}")
    page.locator(".comment__action[href$='/report']").first.click()
    friend.check()
    page.locator("label[for=reason-0]").click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**#comments")
    friend.check()

    moderator = visitor("ru")
    moderator.sign_in("secretary")
    page = moderator.go("/desk/comments?view=reported")
    moderator.check()
    shown = page.locator(".review-comment").first
    shown.locator("input[name=reason]").fill("Оскорбление соседей")
    shown.locator("form[action$='/hide'] button").click()
    page.wait_for_load_state()
    page = author.go(f"/c/{slug}/proposals/{known}")
    assert "Оскорбление соседей" in page.locator("#comments").inner_text()
    author.check()
