"""Makes a report: reads the projects of the day, counts, and typesets the files.

It only reads, and takes a second or two, so it runs before a write transaction is open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from pb_portal.domain.report import Moment
from pb_portal.files.storage import Where
from pb_portal.reports import papers, pictures, snapshot
from pb_portal.reports.choice import Choice
from pb_portal.reports.queries import past, published
from pb_portal.reports.queries.past import Standing


@dataclass(frozen=True)
class Asked:
    """What is asked for, when, in which city's time; `number` is that of a report to correct."""

    choice: Choice
    now: datetime
    zone: ZoneInfo
    number: int | None = None

    @property
    def moment(self) -> Moment:
        """The day of the report and the city's today."""
        return Moment(self.choice.day, self.now.astimezone(self.zone).date())


@dataclass(frozen=True)
class Draft:
    """What would be published."""

    data: dict[str, Any]
    found: list[Standing]

    @property
    def fingerprint(self) -> str:
        """Tells whether a later draft counts the same."""
        return snapshot.fingerprint(self.data)


@dataclass(frozen=True)
class Made:
    """A finished edition: the snapshot's text and its files, name → (media type, content)."""

    choice: Choice
    data: dict[str, Any]
    text: str
    files: dict[str, tuple[str, bytes]]

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return snapshot.digest_of(self.text)


def draft(session: Session, asked: Asked) -> Draft:
    """Count; refuses what `Choice.check` refuses, and an empty report."""
    choice, moment = asked.choice, asked.moment
    choice.check(moment.today, first=past.first_day(session, asked.zone))
    until = past.until(moment, asked.zone, asked.now)
    found = past.standing(session, choice, until)
    earlier = published.before(session, choice.day, apart_from=asked.number)
    previous = None
    if earlier is not None:
        data = published.data_of(earlier)
        previous = snapshot.as_previous(
            earlier.number, earlier.edition, earlier.digest, data, choice
        )
    frame = snapshot.Frame(
        moment,
        asked.now,
        [(area.code, area.names) for area in past.areas(session)],
        past.kinds(session),
        past.count_districts(session, until.instant),
    )
    return Draft(snapshot.build(choice, frame, found, previous), found)


def finish(session: Session, asked: Asked, made: Draft, root: Where) -> Made:
    """Add the pictures, freeze the snapshot and typeset the files out of it alone."""
    data = made.data
    rows = [*data["projects"], *data["late"]]
    shown = {row["number"] for row in rows}
    names, contents = pictures.gather(
        session, [one for one in made.found if one.number in shown], root
    )
    for row in rows:
        row["picture"] = names.get(row["number"])
    text = snapshot.canonical(data)
    files = {
        **{name: ("image/jpeg", content) for name, content in contents.items()},
        **papers.render(text, contents),
    }
    return Made(asked.choice, data, text, files)


def digest_of_file(content: bytes) -> str:
    """SHA-256 of a file, as the page shows it."""
    return hashlib.sha256(content).hexdigest()
