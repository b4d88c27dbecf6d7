"""What each room keeps about people: one small interface that every room fills.

A room has a module `personal` that calls `provide(...)`; the page "What the portal knows about me",
its export and deleting an account walk over all of them. A test fails when a column that points to
an account is named by none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from pb_portal.accounts.models import Person
from pb_portal.db import Base
from pb_portal.domain.signature import Signature
from pb_portal.seals.service import change_rows, delete_rows
from pb_portal.web.phrases.mark import N_, Sentence

Column = InstrumentedAttribute[Any]
KEPT, GONE = "kept", "gone"


@dataclass(frozen=True)
class Section:
    """One kind of data about a person, row by row: code of a value → value."""

    code: str
    title: Sentence
    rows: Sequence[Mapping[str, Any]]
    after: Sentence
    """What becomes of it when the account is deleted."""


@dataclass(frozen=True)
class Holding:
    """A table that keeps something about a person."""

    code: str
    title: Sentence
    person: Column
    """The column that names the account."""
    shown: Mapping[str, Column]
    """What the person sees of a row; empty for secrets, of which only the number is told."""
    after: Sentence
    gone: bool = False
    """Whether the rows are deleted with the account."""
    blanked: Mapping[str, Any] = field(default_factory=dict)
    """Columns that are overwritten when the account is deleted."""

    def about(self, session: Session, person: Person) -> Section:
        """The rows about a person."""
        mine = self.person == person.id
        if not self.shown:
            counted = session.scalar(select(func.count()).select_from(self.table).where(mine))
            rows: list[dict[str, Any]] = [{"number": counted}] if counted else []
            return Section(self.code, self.title, rows, self.after)
        names = list(self.shown)
        found = session.execute(select(*self.shown.values()).where(mine).order_by(self.person))
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return Section(self.code, self.title, rows, self.after)

    @property
    def table(self) -> Any:
        """The mapped class."""
        return self.person.class_

    def forget(self, session: Session, person: Person) -> None:
        """Delete the rows or overwrite what names the person."""
        mine = self.person == person.id
        if self.gone:
            delete_rows(session, delete(self.table).where(mine), "account deleted")
        elif self.blanked:
            change_rows(session, update(self.table).where(mine).values(**self.blanked))


About = Callable[[Session, Person], Sequence[Section]]
Forget = Callable[[Session, Signature, Person], None]


@dataclass(frozen=True)
class Provider:
    """All that one room keeps about people."""

    room: str
    holdings: Sequence[Holding]
    duties: Sequence[str] = ()
    """Columns (table.column) that name whoever took a step, of the staff as a rule."""
    told: Sequence[str] = ()
    """Columns (table.column) about which `more` tells."""
    more: About | None = None
    forget: Forget | None = None

    def about_person(self, session: Session, person: Person) -> list[Section]:
        """Everything the room keeps about a person; kinds of which there is none are left out."""
        sections = list(self.more(session, person)) if self.more else []
        sections += [holding.about(session, person) for holding in self.holdings]
        counted = ((name, _count(session, name, person)) for name in self.duties)
        rows = [{"what": name, "number": number} for name, number in counted if number]
        sections.append(Section(f"{self.room}_duties", DUTIES, rows, STAYS_DUTY))
        return [section for section in sections if section.rows]

    def forget_person(self, session: Session, by: Signature, person: Person) -> None:
        """Delete or blank what does not have to stay."""
        if self.forget:
            self.forget(session, by, person)
        for holding in self.holdings:
            holding.forget(session, person)

    def columns(self) -> set[str]:
        """Names (table.column) of every column it answers for."""
        shown = (holding.person for holding in self.holdings)
        return {f"{one.class_.__tablename__}.{one.key}" for one in shown} | {
            *self.duties,
            *self.told,
        }


def _count(session: Session, name: str, person: Person) -> int:
    table, _, column = name.partition(".")
    rows = Base.metadata.tables[table]
    counted = select(func.count()).select_from(rows).where(rows.c[column] == person.id)
    return session.scalar(counted) or 0


DUTIES = N_("Steps you took, by kind of record")
STAYS_DUTY = N_("Stays: such steps are records of the city.")
GOES = N_("Is deleted with the account.")
STAYS_NAMELESS = N_("Stays without your name.")
STAYS_RECORD = N_("Stays as a record without your name and address.")

PROVIDERS: dict[str, Provider] = {}


def provide(provider: Provider) -> None:
    """Answer for a room's personal data."""
    PROVIDERS[provider.room] = provider


def about_person(session: Session, person: Person) -> list[Section]:
    """Everything the portal keeps about a person, room by room."""
    return [part for one in PROVIDERS.values() for part in one.about_person(session, person)]


def as_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "kind": section.code,
            "rows": [{key: _plain(value) for key, value in row.items()} for row in section.rows],
        }
        for section in sections
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
