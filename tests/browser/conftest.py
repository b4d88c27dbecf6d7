"""The real application, served by gunicorn on a sample city of its own, and Debian's Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.unguarded import run_unguarded

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys share one portal, so one worker runs them."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass
class Portal:
    """A running portal: where it is, who may sign in, and its database to move the calendar."""

    url: str
    instance: Path
    database_url: str
    provider_port: int = 0
    """Where a journey may run the login provider that the portal is set up for."""

    @property
    def logins(self) -> dict[str, dict[str, str]]:
        """Role → email and password."""
        found: dict[str, dict[str, str]] = json.loads(
            (self.instance / "demo-logins.json").read_text("utf-8")
        )
        return found

    @property
    def voters(self) -> list[dict[str, str]]:
        """People of the register who have not voted."""
        found: list[dict[str, str]] = json.loads(
            (self.instance / "demo-voters.json").read_text("utf-8")
        )
        return found

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement on the portal's database."""
        engine = create_engine(self.database_url, poolclass=NullPool)
        with engine.connect().execution_options(writes=True) as connection:
            result = connection.execute(text(statement), values)
            rows = list(result) if result.returns_rows else []
            connection.commit()
        return rows

    def plant(self, table: str, statement: str, **values: Any) -> None:
        """Run a statement past the guards of a table."""
        engine = create_engine(self.database_url, poolclass=NullPool)
        with Session(engine.execution_options(writes=True)) as session:
            run_unguarded(session, table, text(statement).bindparams(**values))
            session.commit()

    def cycle(self, place: int) -> str:
        """Slug of a sample cycle: 0 in delivery, 1 in voting, 2 taking applications."""
        rows = self.sql("SELECT slug FROM cycles_cycle WHERE slug LIKE 'bnu-%' ORDER BY year")
        return str(rows[place][0])

    def move_phase(self, slug: str, kind: str, *, starts: float, ends: float) -> None:
        """Let a phase last from `starts` to `ends`, in hours from now."""
        now = datetime.now(UTC)
        moments = [now + timedelta(hours=hours) for hours in (starts, ends)]
        if self.database_url.startswith("sqlite"):
            written = [moment.strftime("%Y-%m-%d %H:%M:%S.%f") for moment in moments]
        else:
            written = [moment.isoformat() for moment in moments]
        self.plant(
            "cycles_phase",
            "UPDATE cycles_phase SET starts_at = :a, ends_at = :b WHERE kind = :kind"
            " AND cycle_id = (SELECT id FROM cycles_cycle WHERE slug = :slug)",
            a=written[0],
            b=written[1],
            kind=kind,
            slug=slug,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            raise RuntimeError("the server stopped")
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not answer")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal as `make run` starts it."""
    instance = tmp_path_factory.mktemp("served")
    port, provider = _free_port(), _free_port()
    database = f"sqlite:///{instance / 'portal.sqlite3'}"
    environment = {
        **os.environ,
        "PB_INSTANCE": str(instance),
        "DATABASE_URL": database,
        "SAMPLE_MODE": "1",
        "PORT": str(port),
        "RATE_LIMITS": "0",
        "WEB_THREADS": "6",
        "OIDC_ISSUER": f"http://127.0.0.1:{provider}",
        "OIDC_CLIENT_ID": "portal",
        "OIDC_CLIENT_SECRET": "secret",
    }
    run = [sys.executable, "-m", "flask", "--app", "pb_portal", "sample", "prepare"]
    subprocess.run(run, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    serve = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    log = (instance / "server.log").open("wb")
    process = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield Portal(url, instance, database, provider)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a run that must not skip sets REQUIRE_CHROMIUM."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        message = "NO CHROMIUM: the browser journeys did not run (install the package chromium)"
        if os.environ.get("REQUIRE_CHROMIUM"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """One person with a browser of their own."""

    def __init__(self, portal: Portal, context: BrowserContext, scripts: bool = True) -> None:
        self.portal = portal
        self.scripts = scripts
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(message.text)

    def go(self, path: str) -> Page:
        """Open a path of the portal."""
        self.page.goto(self.portal.url + path)
        return self.page

    def sign_in(self, role: str) -> Page:
        """Sign in with the demo login of a role."""
        login = self.portal.logins[role]
        self.go("/login")
        self.page.fill("input[name=email]", login["email"])
        self.page.fill("input[name=password]", login["password"])
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self.page

    def path(self) -> str:
        """The path the person is at."""
        return re.sub(r"^https?://[^/]+", "", self.page.url)

    def check(self, *, skip: tuple[str, ...] = ()) -> None:
        """What must hold for every page: axe finds nothing, nothing sticks out, no error."""
        width = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert width <= 0, f"{self.path()} is {width} px too wide"
        assert not self.problems, (self.path(), self.problems)
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
            ".map(v => v.id + ': ' +"
            " v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))"
        )
        left = [line for line in found if not line.startswith(skip)] if skip else found
        assert not left, (self.path(), left)


@pytest.fixture
def visitor(portal: Portal, chromium: Browser) -> Iterator[Any]:
    """Makes people: `visitor(locale="kk", phone=True, scripts=True)`."""
    contexts: list[BrowserContext] = []

    def make(locale: str = "ru", *, phone: bool = False, scripts: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            locale=locale,
            java_script_enabled=scripts,
            bypass_csp=False,
            reduced_motion="reduce",
        )
        contexts.append(context)
        return Visitor(portal, context, scripts)

    yield make
    for context in contexts:
        context.close()
