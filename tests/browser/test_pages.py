"""Every public page fits a phone and a desk, speaks the language, and axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest

PUBLIC = (
    "/",
    "/help",
    "/cycles",
    "/c/{past}",
    "/c/{voting}",
    "/c/{open}/rules",
    "/c/{voting}/rules",
    "/c/{voting}/decisions",
    "/c/{open}/proposals",
    "/c/{past}/proposals?q=озеленение",
    "/c/{voting}/proposals/1",
    "/c/{past}/results",
    "/c/{voting}/results",
    "/c/{voting}/vote",
    "/c/{voting}/vote/help",
    "/c/{voting}/receipt",
    "/projects",
    "/projects?q=школа",
    "/projects/1",
    "/projects/2",
    "/reports",
    "/reports/1",
    "/register",
    "/login",
    "/forgot-password",
    "/letters",
    "/styleguide",
    "/nothing-here",
)
STAFF = {
    "resident": ("/me", "/my/proposals", "/c/{open}/propose"),
    "reviewer": ("/desk", "/desk/review"),
    "secretary": ("/desk/council", "/desk/comments"),
    "registrar": ("/desk/cycles/{open}/register",),
    "commissioner": (
        "/desk",
        "/desk/cycles/{voting}/phases",
        "/desk/cycles/{voting}/count",
        "/desk/cycles/{past}/count",
    ),
    "manager": ("/desk/reports", "/desk/projects", "/desk/projects/2"),
    "auditor": ("/desk/audit",),
    "administrator": ("/desk/people",),
}
WAYS = [("kk", True), ("ru", False), ("en", True)]


def names(portal: Any) -> dict[str, str]:
    """The sample cycles by what happens in them."""
    return {"past": portal.cycle(0), "voting": portal.cycle(1), "open": portal.cycle(2)}


@pytest.mark.parametrize(("locale", "phone"), WAYS)
def test_public_pages_fit_and_are_accessible(
    portal: Any, visitor: Any, locale: str, phone: bool
) -> None:
    person = visitor(locale, phone=phone)
    for path in PUBLIC:
        person.go(path.format(**names(portal)))
        assert person.page.locator("html").get_attribute("lang") == locale, path
        person.check()


@pytest.mark.parametrize("role", STAFF)
def test_pages_of_people_with_accounts_fit_and_are_accessible(
    portal: Any, visitor: Any, role: str
) -> None:
    for locale, phone in WAYS[:2]:
        person = visitor(locale, phone=phone)
        person.sign_in(role)
        for path in STAFF[role]:
            answer = person.page.goto(portal.url + path.format(**names(portal)))
            assert answer is not None
            assert answer.status == 200, (role, path, answer.status)
            person.check()


def test_the_smallest_phone_needs_no_sideways_scrolling(portal: Any, visitor: Any) -> None:
    person = visitor("kk", phone=True)
    person.page.set_viewport_size({"width": 320, "height": 640})
    for path in PUBLIC:
        person.go(path.format(**names(portal)))
        width = person.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, (path, width)
