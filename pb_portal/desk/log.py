"""Entries of the log as sentences. People are shown by role and number, never by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.desk import queries
from pb_portal.desk.actions import ACTIONS
from pb_portal.desk.queries import Places
from pb_portal.domain.permissions import P, may
from pb_portal.web import clock, i18n
from pb_portal.web.words import role_name


@dataclass(frozen=True)
class Line:
    """One entry as it is read."""

    id: int
    at: datetime
    who: str
    what: str
    code: str
    subject: str
    url: str | None
    cycle: str
    reason: str
    data: list[tuple[str, str]]


def subject_kinds() -> list[tuple[str, str]]:
    """Prefixes of actions to filter by."""
    return [
        ("account.", _("Accounts")),
        ("proposal.", _("Proposals")),
        ("review.", _("Review")),
        ("council.", _("Council")),
        ("comment.", _("Comments")),
        ("coauthor.", _("Co-authors")),
        ("appeal.", _("Appeals")),
        ("words.", _("Words in residents' texts")),
        ("phase.", _("Phases")),
        ("rules.", _("Rules")),
        ("register.", _("Resident register")),
        ("ballots.", _("Voting")),
        ("polling.", _("Voting on paper")),
        ("count.", _("Count")),
        ("result.", _("Results")),
        ("project.", _("Projects")),
        ("letter.", pgettext("log", "Letters")),
        ("cycle.", _("Cycles")),
        ("catalogue.", _("Catalogues")),
    ]


def lines(session: Session, entries: Sequence[AuditEntry]) -> list[Line]:
    """The entries as sentences, with links to what they are about."""
    people = {entry.actor_id for entry in entries if entry.actor_id is not None}
    roles = queries.roles_of(session, people)
    places = queries.places_of(
        session,
        _ids(entries, "proposal"),
        _ids(entries, "project"),
        _ids(entries, "cycle") | {entry.cycle_id for entry in entries if entry.cycle_id},
    )
    return [_line(entry, roles, places) for entry in entries]


def _ids(entries: Sequence[AuditEntry], kind: str) -> set[int]:
    return {
        int(entry.subject_id)
        for entry in entries
        if entry.subject_type == kind and entry.subject_id.isdigit()
    }


def _line(entry: AuditEntry, roles: dict[int, list[str]], places: Places) -> Line:
    phrase = ACTIONS.get(entry.action)
    subject, url = _subject(entry, places)
    _slug, names = places.cycles.get(entry.cycle_id or 0, ("", {}))
    return Line(
        entry.id,
        entry.at,
        _who(entry, roles),
        str(_(phrase.source)) if phrase else entry.action,
        entry.action,
        subject,
        url,
        i18n.local(names),
        entry.reason,
        [(str(key), str(value)) for key, value in entry.data.items() if value not in (None, "")],
    )


def _who(entry: AuditEntry, roles: dict[int, list[str]]) -> str:
    if entry.actor_kind == "system":
        return str(_("The portal"))
    if entry.actor_id is None:
        return str(_("Visitor"))
    held = roles.get(entry.actor_id, []) if entry.actor_kind == "staff" else []
    word = ", ".join(role_name(role) for role in held) if held else _("Resident")
    return f"{word} № {entry.actor_id}"


def _subject(entry: AuditEntry, places: Places) -> tuple[str, str | None]:
    kind, name = entry.subject_type, entry.subject_id
    number = int(name) if name.isdigit() else 0
    if kind == "proposal" and number in places.proposals:
        slug, public = places.proposals[number]
        if public is None:
            return str(_("Draft")), None
        return f"№ {public}", url_for("proposals.show", slug=slug, number=public)
    if kind == "project" and number in places.projects:
        public = places.projects[number]
        return f"№ {public}", url_for("projects.show", number=public)
    if kind == "cycle" and number in places.cycles:
        slug, names = places.cycles[number]
        return i18n.local(names), url_for("cycles.show", slug=slug)
    if kind == "person" and number and may(clock.actor(), P.ADMINISTER):
        return f"№ {name}", url_for("desk.person", person_id=number)
    words = {
        "person": _("Account № %(id)s", id=name),
        "letter": _("Letter № %(id)s", id=name),
        "comment": _("Comment № %(id)s", id=name),
        "phase": _("Phase № %(id)s", id=name),
        "paper_batch": _("Batch of ballots № %(id)s", id=name),
        "polling_point": _("Polling point № %(id)s", id=name),
        "approval": _("Request № %(id)s", id=name),
    }
    return str(words.get(kind, f"{kind} {name}")), None
