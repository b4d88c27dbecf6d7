"""Letters as text: a template in the letter's own language, inside the portal's frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from flask_babel import force_locale
from jinja2 import Environment

from pb_portal.domain.letter_kinds import DAILY_TEMPLATE
from pb_portal.domain.letter_text import as_one_line, quoted, without_links
from pb_portal.domain.placeholders import translate_placeholder

_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z))?")


class Draft(Protocol):
    """What a letter must know to be written."""

    @property
    def channel(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Text:
    """A written letter. A text message has no subject."""

    subject: str
    body: str


def revived(value: Any, locale: str = "ru") -> Any:
    """Letter data, which is JSON, with its dates and moments as such again, for the filters, and
    placeholders of names and texts that are gone in the letter's language."""
    if isinstance(value, dict):
        return {name: revived(part, locale) for name, part in value.items()}
    if isinstance(value, list):
        return [revived(part, locale) for part in value]
    if not isinstance(value, str):
        return value
    if not _ISO.fullmatch(value):
        return translate_placeholder(value, locale)
    try:
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError:
        return value


OURS = frozenset({"path", "link", "page", "stop", "stops", "slug", "code", "anchor"})
"""Values made by the portal itself: paths, and codes to type."""
TEXTS = frozenset({"body", "words", "answer", "reason", "remark", "comment"})
"""Values of several lines; all others are names and titles."""
STAFF_TEXTS = frozenset(
    {
        ("review_mailing", "body"),
        ("data_answer", "answer"),
        ("issue_answered", "answer"),
        ("project_update", "body"),
    }
)
"""What staff write to residents, where a link may be meant."""


def defused(template: str, value: Any, name: str = "") -> Any:
    """Letter data without links in what people typed."""
    if name in OURS or (template, name) in STAFF_TEXTS:
        return value
    if isinstance(value, dict):
        return {key: defused(template, part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [defused(template, part, name) for part in value]
    if not isinstance(value, str):
        return value
    return without_links(value) if name in TEXTS else as_one_line(value)


def _parts(environment: Environment, letter: Draft, known: dict[str, Any]) -> list[dict[str, str]]:
    """The subject and the page of each letter that waited for the one of the day."""
    parts = []
    for waiting in letter.data.get("letters", ()):
        values = {**known, **defused(waiting["template"], revived(waiting, letter.locale))}
        text = environment.get_template(f"emails/{waiting['template']}.txt").render(values).strip()
        parts.append(
            {"subject": " ".join(text.partition("\n")[0].split()), "path": waiting.get("path", "")}
        )
    return parts


def write(environment: Environment, letter: Draft, base_url: str, stop_link: str = "") -> Text:
    """The letter in its language. The template's first line is the subject; `url(path)` in a
    template makes a path of this portal an address. `stop_link` ends letters of its kind."""
    base = base_url.rstrip("/")

    def url(path: str) -> str:
        return base + "/" + path.lstrip("/")

    with force_locale(letter.locale):
        known = {
            **defused(letter.template, revived(letter.data, letter.locale)),
            "quoted": quoted,
            "url": url,
            "locale": letter.locale,
            "base_url": base,
        }
        if letter.template == DAILY_TEMPLATE:
            known["parts"] = _parts(environment, letter, known)
        text = environment.get_template(f"emails/{letter.template}.txt").render(known).strip()
        subject, _, body = text.partition("\n")
        if letter.channel == "sms":
            return Text("", " ".join((body.strip() or subject).split()))
        framed = environment.get_template("emails/_frame.txt").render(
            {**known, "body": body.strip(), "stop_link": stop_link}
        )
    return Text(" ".join(subject.split()), framed.strip() + "\n")
