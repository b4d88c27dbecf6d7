"""The log of a catalogue's entry as a table of who changed what from what to what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from pb_portal.audit.models import AuditEntry
from pb_portal.web.i18n import number
from pb_portal.web.phrases.cycles import change_name, field_name, part_name, picture_name
from pb_portal.web.phrases.projects import sector_word
from pb_portal.web.phrases.proposals import unit_name

_WORDS: dict[str, Callable[[str], str]] = {
    "unit": unit_name,
    "sector": sector_word,
    "part": part_name,
    "picture": picture_name,
}


@dataclass(frozen=True)
class Line:
    """One change: who, when, and each field with what it was and what it became."""

    at: datetime
    who: str
    what: str
    changes: Sequence[tuple[str, str, str]]


def lines(rows: Sequence[AuditEntry], people: Mapping[int, str]) -> list[Line]:
    """Entries of the log, newest first, as lines."""
    return [
        Line(
            row.at,
            people.get(row.actor_id or 0, "") or str(_("The portal")),
            change_name(row.action),
            _changes(row) if row.action == "catalogue.changed" else [],
        )
        for row in rows
    ]


def _changes(row: AuditEntry) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for name, pair in sorted(row.data.items()):
        known = isinstance(pair, list) and len(pair) == 2
        before: Any = pair[0] if known else ""
        after: Any = pair[1] if known else pair
        if isinstance(before, dict) or isinstance(after, dict):
            found += _texts(name, dict(before or {}), dict(after or {}))
        else:
            found.append((field_name(name), _value(name, before), _value(name, after)))
    return found


def _texts(
    name: str, before: Mapping[str, str], after: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Only the languages whose text is different."""
    return [
        (f"{field_name(name)}, {code}", before.get(code, "—"), after.get(code, "—"))
        for code in ("kk", "ru", "en")
        if before.get(code) != after.get(code)
    ]


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if name in _WORDS:
        return _WORDS[name](str(value))
    return number(value) if isinstance(value, int) else str(value)
