"""The PDF of a report: one page of summary, then the list."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pb_portal.documents import pdf as documents
from pb_portal.reports import snapshot
from pb_portal.reports.telling import Entry, Line, Table, Told
from pb_portal.web.i18n import full_date, money_short, number

MOST_LINES = 16
"""Lines of a table on the page of the summary; the spreadsheet has them all."""


def pdf(told: Told, pictures: Mapping[str, bytes], language: str) -> bytes:
    """The document, typeset from data only."""
    return documents.render("report", _data(told, pictures, language), files=pictures)


def _data(told: Told, pictures: Mapping[str, bytes], language: str) -> dict[str, Any]:
    text = snapshot.canonical(told.data)
    return {
        "lang": language,
        "site": _("Participatory budget"),
        "kind": _("Report for a date"),
        "title": told.heading,
        "date": full_date(told.day),
        "as_of": _("Data as of %(date)s", date=full_date(told.as_of)),
        "summary": told.summary,
        "total": [
            number(told.total),
            ngettext("project in the report", "projects in the report", told.total),
        ],
        "sectors": [[number(line.total), line.name] for line in _table(told, "sectors").lines],
        "tables": [_table_data(told, _table(told, key)) for key in ("areas", "origins", "kinds")],
        "list_title": _("List of projects"),
        "sections": [
            {
                "title": name,
                "count": number(len(entries)),
                "rows": [_entry(one, pictures) for one in entries],
            }
            for _code, name, entries in told.sections
        ],
        "late_title": _("Later than promised"),
        "late_none": _("No project is later than promised."),
        "late": [_late(one) for one in told.late],
        "check": _("A published report cannot be changed. SHA-256 of its data (the JSON file):"),
        "digest": hashlib.sha256(text.encode("utf-8")).hexdigest(),
    }


def _table(told: Told, key: str) -> Table:
    return next(table for table in told.tables if table.key == key)


def _table_data(told: Told, table: Table) -> dict[str, Any]:
    """A head and rows of texts; groups are shown when there is more than one."""
    several = len(told.groups) > 1
    head = [table.head, _("Projects"), *([word for _code, word in told.groups] if several else [])]
    if told.compared:
        head.append(_("Difference"))
    rows = []
    for line in _shortened(table.lines):
        row = [line.name, number(line.total), *(map(number, line.groups) if several else [])]
        if line.change is not None:
            row.append(signed(line.change))
        rows.append(row)
    return {"title": table.title, "head": head, "rows": rows}


def _shortened(lines: list[Line]) -> list[Line]:
    """What one page holds: the largest lines in their order, the rest as one line."""
    if len(lines) <= MOST_LINES:
        return lines
    first = sorted(lines, key=lambda line: -line.total)[: MOST_LINES - 1]
    rest = [line for line in lines if line not in first]
    changes = [line.change for line in rest if line.change is not None]
    together = Line(
        _("All others"),
        sum(line.total for line in rest),
        [sum(column) for column in zip(*(line.groups for line in rest), strict=True)],
        sum(changes) if changes else None,
    )
    return [*(line for line in lines if line in first), together]


def signed(change: int) -> str:
    """+3, −2, 0."""
    return f"{'+' if change > 0 else '−'}{number(abs(change))}" if change else "0"


def _entry(entry: Entry, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "number": _("No. %(number)s", number=entry.number),
        "title": entry.title,
        "place": entry.place,
        "facts": " · ".join(filter(None, (entry.kind, entry.origin))),
        "note": entry.note,
        "late": bool(entry.group == "expected"),
        "sum": money_short(entry.promised_sum, entry.currency, entry.minor_units),
        "picture": entry.picture if entry.picture in pictures else None,
    }


def _late(entry: Entry) -> dict[str, Any]:
    return {
        "number": _("No. %(number)s", number=entry.number),
        "title": entry.title,
        "place": entry.place,
        "state": entry.state,
        "note": entry.note,
        "reason": entry.reason,
    }
