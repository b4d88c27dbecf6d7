"""Every letter can be written in every language from the data its sender gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, meta

from pb_portal.mailer.box import linked
from pb_portal.mailer.render import write

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "emails"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.txt") if not path.name.startswith("_"))
OURS = {"url", "locale", "base_url", "_", "gettext", "ngettext"}


@dataclass
class Draft:
    template: str
    locale: str
    channel: str = "email"
    data: dict[str, Any] = field(default_factory=dict)


SAMPLE: dict[str, Any] = {
    "name": "Айгүл",
    "path": "/confirm/abc",
    "names": {"ru": "БНУ-2026", "kk": "ХҚБ-2026", "en": "Budget 2026"},
    "slug": "2026",
    "title": "Скамейки у школы № 12",
    "number": 12,
    "code": "482913",
    "reason": "Нет фото места.",
    "approved": True,
    "state": "works",
    "status": "returned",
    "target": "returned",
    "old_on": "2026-11-01",
    "due_on": "2026-11-22",
    "ends_at": "2026-11-22T18:00:00+00:00",
    "due_at": "2026-11-22T18:00:00+00:00",
    "asked_at": "2026-11-22T18:00:00+00:00",
    "phase": "voting",
    "cycle": {"ru": "БНУ-2026", "kk": "ХҚБ-2026", "en": "Budget 2026"},
    "grounds": ["over_cap"],
    "count": 3,
    "files": [
        {"number": 3, "title": "Арык", "due": "2026-11-22T18:00:00+00:00", "path": "/desk/review/3"}
    ],
    "stage": "today",
    "known": False,
    "page": "/c/2026/proposals/3",
    "days": 31,
    "minutes": 10,
    "progress": 40,
    "touched": 2,
    "lines": [
        {
            "kind": "date",
            "number": 3,
            "title": "Арык",
            "at": "2026-11-01T09:00:00+00:00",
            "old_on": "2026-11-01",
            "due_on": "2026-11-22",
            "reason": "Дожди.",
        }
    ],
    "stops": ["/follow/abc"],
    "issues": [
        {
            "number": 3,
            "title": "Арык",
            "due_on": "2026-11-22",
            "body": "Лоток",
            "path": "/desk/issues/3",
        }
    ],
    "projects": [{"number": 3, "title": "Арык", "days": 31, "path": "/desk/projects/3"}],
}
"""Values by name, as their senders give them; a name that is not here gets a word."""
WRITTEN_BY_STAFF = {"review_mailing"}
"""Letters whose subject a person writes in each language."""


def data_for(environment: Environment, template: str) -> dict[str, Any]:
    return {name: SAMPLE.get(name, "слово") for name in names_in(environment, template)}


def names_in(environment: Environment, template: str) -> set[str]:
    source = (FOLDER / f"{template}.txt").read_text("utf-8")
    return set(meta.find_undeclared_variables(environment.parse(source))) - OURS


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_can_be_written(app: Flask, template: str, locale: str) -> None:
    with app.app_context():
        environment = app.jinja_env
        data = data_for(environment, template)
        text = write(environment, Draft(template, locale, data=data), "https://budget.example")
    assert 3 <= len(text.subject) <= 110, text.subject
    assert "\n" not in text.subject
    assert not re.search(r"\{[{%]|%\(|&(amp|lt|quot|#\d+);", text.subject + text.body)
    assert text.body.count("https://budget.example") >= 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_speaks_the_language_of_its_reader(app: Flask, template: str) -> None:
    with app.app_context():
        environment = app.jinja_env
        data = data_for(environment, template)
        subjects = {
            write(environment, Draft(template, locale, data=data), "https://b.example").subject
            for locale in ("kk", "ru", "en")
        }
    assert len(subjects) == (1 if template in WRITTEN_BY_STAFF else 3), "not translated"


def test_a_text_message_is_one_line_without_frame(app: Flask) -> None:
    with app.app_context():
        draft = Draft("account_exists", "en", "sms", {"name": "A", "path": "/confirm/x"})
        text = write(app.jinja_env, draft, "https://budget.example")
    assert text.subject == "" and "\n" not in text.body and text.body.startswith("Hello, A.")


def test_what_a_person_wrote_cannot_add_a_header_or_markup(app: Flask) -> None:
    with app.app_context():
        data = {"name": "A\nBcc: all@example.kz <script>", "path": "/confirm/x"}
        draft = Draft("confirm_address", "en", data=data)
        text = write(app.jinja_env, draft, "https://budget.example")
    assert text.subject == "Confirm your address"
    assert "<script>" not in linked(text.body)


def test_links_and_codes_in_the_box_are_set_apart() -> None:
    shown = str(linked("Code 482913, see https://b.example/x?a=1&b=2. <b>", codes=True))
    assert "<code>482913</code>" in shown
    assert '<a href="https://b.example/x?a=1&amp;b=2">' in shown
    assert "&lt;b&gt;" in shown
