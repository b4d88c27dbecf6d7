"""A report's data in the words of the language being spoken: for the page and every file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from pb_portal.domain.project_states import Origin, Sector
from pb_portal.domain.report import Group
from pb_portal.reports.summary.facts import capital
from pb_portal.web import i18n
from pb_portal.web.phrases.projects import sector_word, state_word
from pb_portal.web.phrases.reports import group_word, origin_word

Data = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of a table of counts: in all, by group, and the difference from the report before."""

    name: str
    total: int
    groups: list[int]
    change: int | None
    code: str = ""


@dataclass(frozen=True)
class Table:
    """Counts by one quality."""

    key: str
    title: str
    head: str
    lines: list[Line]


@dataclass(frozen=True)
class Entry:
    """A project in the list."""

    number: int
    title: str
    sector: str
    area: str
    address: str
    category: str
    kind: str
    origin: str
    status: str
    state: str
    group: str
    note: str
    reason: str
    promised_on: date
    due_on: date
    completed_on: date | None
    promised_sum: int
    currency: str
    minor_units: int
    lat: float | None
    lon: float | None
    picture: str | None

    @property
    def place(self) -> str:
        """District and address."""
        return ", ".join(filter(None, (self.area, self.address)))


@dataclass(frozen=True)
class Told:
    """Everything to show, in one language."""

    heading: str
    summary: str
    data: Data
    groups: list[tuple[str, str]]
    tables: list[Table]
    sections: list[tuple[str, str, list[Entry]]]
    late: list[Entry]
    previous: Data | None
    compared: bool

    @property
    def total(self) -> int:
        """How many projects are counted."""
        return int(self.data["counts"]["total"])

    @property
    def change(self) -> int | None:
        """The difference in all."""
        before = self.previous["counts"]["total"] if self.previous and self.compared else None
        return None if before is None else self.total - before

    @property
    def day(self) -> date:
        """The day of the report."""
        return date.fromisoformat(self.data["date"])

    @property
    def as_of(self) -> date:
        """The last day whose facts are in it."""
        return date.fromisoformat(self.data["as_of"])


def heading(title: dict[str, str]) -> str:
    """«Проекты ко Дню Республики»."""
    language = i18n.language()
    name = title[language]
    return str(_("Projects %(name)s", name=capital(name) if language == "kk" else name))


def tell(data: Data) -> Told:
    """The report in the current language."""
    previous = data["previous"]
    compared = bool(previous and previous["same_choice"])
    areas, kinds = _names(data, "areas"), _names(data, "kinds")
    entries = [_entry(row, areas, kinds) for row in data["projects"]]
    return Told(
        heading=heading(data["title"]),
        summary=data["summary"][i18n.language()],
        data=data,
        groups=[(code, group_word(code)) for code in _shown(data)],
        tables=_tables(data, previous if compared else None),
        sections=[
            (code, sector_word(code), [one for one in entries if one.sector == code])
            for code in Sector
            if code in data["counts"]["sectors"]
        ],
        late=[_entry(row, areas, kinds) for row in data["late"]],
        previous=previous,
        compared=compared,
    )


def _names(data: Data, key: str) -> dict[str, str]:
    return {one["code"]: i18n.local(one["names"]) for one in data[key]}


def _tables(data: Data, previous: Data | None) -> list[Table]:
    kinds = [
        ("sectors", _("By sector"), _("Sector"), {str(c): sector_word(c) for c in Sector}),
        ("areas", _("By district"), _("District"), _names(data, "areas")),
        (
            "kinds",
            _("By kind of works"),
            _("Kind of works"),
            {**_names(data, "kinds"), "": _("Other works")},
        ),
        ("origins", _("By source"), _("Source"), {str(c): origin_word(c) for c in Origin}),
    ]
    shown = _shown(data)
    return [
        Table(key, title, head, _lines(data, key, names, shown, _of(previous, key)))
        for key, title, head, names in kinds
    ]


def _shown(data: Data) -> list[str]:
    """Chosen groups that hold anything."""
    return [code for code in data["choice"]["groups"] if data["counts"]["groups"][code]]


def _of(previous: Data | None, key: str) -> Data | None:
    return previous["counts"][key] if previous else None


def _lines(
    data: Data, key: str, names: dict[str, str], shown: list[str], before: Data | None
) -> list[Line]:
    """A line for all that was chosen, even where there is none, and for what there was before."""
    counts, chosen = data["counts"][key], data["choice"].get(key, [])
    lines = []
    for code, name in names.items():
        own = counts.get(code)
        old = (before or {}).get(code, {"total": 0})["total"]
        if own is None and not old and code not in chosen:
            continue
        total = own["total"] if own else 0
        groups = [own["groups"][group] if own else 0 for group in shown]
        lines.append(Line(name, total, groups, None if before is None else total - old, code))
    return lines


def _entry(row: Data, areas: dict[str, str], kinds: dict[str, str]) -> Entry:
    plain = {
        key: row[key]
        for key in (
            "number", "title", "sector", "category", "address", "status", "reason", "promised_sum",
            "currency", "minor_units", "lat", "lon", "picture",
        )
    }  # fmt: skip
    plain["title"] = i18n.named(plain["title"])
    return Entry(
        **plain,
        promised_on=date.fromisoformat(row["promised_on"]),
        due_on=date.fromisoformat(row["due_on"]),
        completed_on=date.fromisoformat(row["completed_on"]) if row["completed_on"] else None,
        area=areas[row["area"]],
        kind=kinds.get(row["kind"], ""),
        origin=origin_word(row["origin"]),
        state=state_word(row["status"]),
        group=row["group"],
        note=_note(row),
    )


def _note(row: Data) -> str:
    """When it was or will be ready."""
    words = {"first": i18n.full_date(row["promised_on"]), "now": i18n.full_date(row["due_on"])}
    if row["group"] == Group.COMPLETED:
        day = row["completed_on"]
        said = _("Completed %(date)s", date=i18n.full_date(day)) if day else _("Completed")
    elif row["group"] == Group.CANCELLED:
        said = _("Cancelled")
    elif words["first"] != words["now"]:
        said = _("Promised by %(first)s, now by %(now)s", **words)
    else:
        said = _("Promised by %(date)s", date=words["now"])
    return str(said)
