"""A reviewer's morning, and a registrar with a paper application."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect


def test_a_reviewer_hands_out_files_reads_one_remarks_and_returns_it(
    portal: Any, visitor: Any
) -> None:
    head = visitor("ru")
    page = head.sign_in("head")
    head.go("/desk/review?view=unassigned")
    head.check()
    page.get_by_label("Отметить всю страницу").check()
    page.select_option("#to", "evenly")
    page.get_by_role("button", name="Распределить").click()
    assert "Распределен" in page.locator("main").inner_text()
    person = visitor("ru")
    page = person.sign_in("reviewer")
    person.go("/desk/review?view=mine&q=")
    page.locator("tbody a").first.click()
    path = person.path()
    take = page.get_by_role("button", name="Взять заявку")
    if take.count():
        take.click()
    person.check()
    page.locator(".review-part").nth(1).locator("summary", has_text="Замечание").click()
    page.fill("[name=remark_problem]", "Сколько людей здесь проходит?")
    page.locator("[name^=line_price]").first.fill("1")
    expect(page.locator("[data-room]")).to_contain_text("меньше сметы автора")
    page.locator("[name^=line_why]").first.fill("Есть дешевле")
    page.locator(".review-beginnings summary").click()
    page.locator("[data-insert]").first.click()
    assert page.input_value("#remark")
    page.get_by_label("Вернуть автору на доработку").check()
    page.get_by_role("button", name="Записать заключение").click()
    page.wait_for_url("**/desk/review")
    person.go(path)
    assert "Сколько людей здесь проходит?" in page.locator("main").inner_text()
    person.check()


def test_a_registrar_enters_a_paper_application_on_a_small_screen_without_scripts(
    portal: Any, visitor: Any
) -> None:
    slug = portal.cycle(2)
    portal.move_phase(slug, "applications", starts=-72, ends=72)
    place = portal.sql("SELECT lat, lon FROM proposals_proposal WHERE lat IS NOT NULL LIMIT 1")[0]
    person = visitor("kk", phone=True, scripts=False)
    page = person.sign_in("registrar")
    person.go("/desk/paper")
    page.get_by_role("link", name="Внести заявку").first.click()
    page.fill("[name=paper_number]", "Ж-1")
    page.fill("[name=name]", "Қарлығаш")
    page.fill("[name=title]", "Аулаға шам орнату")
    page.fill("[name=problem]", "Кешке аула қараңғы, балалар қорқады.")
    page.fill("[name=solution]", "Подъездер арасына төрт шам орнату.")
    page.fill("[name=address]", "Абай 10")
    page.select_option("[name=category]", index=1)
    page.locator(".map-pin__numbers summary").click()
    page.fill("[name=lat]", str(place[0]))
    page.fill("[name=lon]", str(place[1]))
    page.select_option("[name=line0_work]", index=1)
    page.fill("[name=line0_quantity]", "4")
    page.get_by_role("button", name="Подать заявку").click()
    assert len(page.locator(".review-code").inner_text()) == 11
    with_scripts = visitor("kk", phone=True)
    with_scripts.sign_in("registrar")
    for path in ("/desk/paper", f"/desk/paper/{slug}/new"):
        with_scripts.go(path)
        with_scripts.check()
