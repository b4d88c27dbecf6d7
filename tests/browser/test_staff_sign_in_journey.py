"""A second factor in a real browser: a passkey of the device, a code app without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

CLERK = "manager2"
HERE = "/me/security"


@pytest.fixture
def named(portal: Any) -> Iterator[Any]:
    """The portal by a name, since browsers make no passkeys for bare numbers. The factors of the
    journey are removed after it, so that others sign in as before."""
    yield replace(portal, url=portal.url.replace("127.0.0.1", "localhost"))
    for table in ("passkey", "code_app", "recovery_code"):
        portal.sql(f"DELETE FROM accounts_{table}")


def with_device(person: Any, portal: Any) -> Any:
    """Give the browser a device with a fingerprint reader."""
    person.portal = portal
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def log_in(person: Any) -> Any:
    """Address and password; the second step is not taken."""
    login = person.portal.logins[CLERK]
    page = person.go("/login")
    page.fill("input[name=email]", login["email"])
    page.fill("input[name=password]", login["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: not url.endswith("/login"))
    return page


@pytest.mark.parametrize(("locale", "phone"), [("kk", True), ("ru", False)])
def test_a_passkey_is_added_and_asked_for(
    named: Any, visitor: Any, locale: str, phone: bool
) -> None:
    person = visitor(locale, phone=phone)
    session, device = with_device(person, named)
    page = log_in(person)
    person.go(HERE)
    person.check()
    page.fill("input[name=name]", "Телефон")
    page.keyboard.press("Enter")
    page.wait_for_selector("#passkeys ~ ul strong")
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"])
    person.check()
    person.context.clear_cookies()
    page.goto(named.url + f"/language/{locale}")
    page = log_in(person)
    assert person.path() == "/login/second"
    person.check()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[data-passkey-error]")).to_be_visible()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/desk")
    person.go(HERE)
    page.locator("form[action$='/remove'] button").first.click()
    page.wait_for_url(f"**{HERE}")
    assert page.locator("form[action$='/remove']").count() == 0


def test_without_scripts_a_code_app_and_a_recovery_code_let_in(named: Any, visitor: Any) -> None:
    person = visitor("ru", phone=True, scripts=False)
    person.portal = named
    page = log_in(person)
    person.go(HERE)
    assert not page.locator("form[data-module=passkey]").is_visible()
    page.get_by_role("button", name="Настроить приложение с кодами").click()
    page.wait_for_url(f"**{HERE}/app")
    totp = pyotp.TOTP(page.locator(".factor-secret").inner_text().replace(" ", ""))
    assert page.locator(".factor-code svg").bounding_box()["width"] > 150
    page.fill("input[name=code]", totp.now())
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"**{HERE}")
    page.get_by_role("button", name="Сделать коды восстановления").click()
    codes = page.locator(".factor-recovery code").all_inner_texts()
    assert len(codes) == 10
    person.context.clear_cookies()
    page = log_in(person)
    page.fill("input[name=code]", codes[4])
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/desk")
    person.context.clear_cookies()
    page = log_in(person)
    page.fill("input[name=code]", codes[4])
    page.locator("main form button[type=submit]").last.click()
    assert "не подходит" in page.locator("main").inner_text()
    page.fill("input[name=code]", totp.at(datetime.now(UTC) + timedelta(seconds=30)))
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/desk")
    with_scripts = visitor("kk", phone=True)
    with_scripts.portal = named
    log_in(with_scripts)
    with_scripts.check()
