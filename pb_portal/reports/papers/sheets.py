"""XLSX and CSV of a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from pb_portal.documents import tables
from pb_portal.documents.sheets import Column, Sheet, write
from pb_portal.reports.telling import Entry, Told
from pb_portal.web.i18n import full_date
from pb_portal.web.phrases.projects import sector_word
from pb_portal.web.phrases.reports import group_word


def workbook(told: Told) -> bytes:
    """Summary, counts, the list and what is late, each on its sheet."""
    return write([_summary(told), _counts(told), *_lists(told)])


def table(told: Told) -> bytes:
    """The list as CSV."""
    columns = _columns()
    rows = ([_iso(value) for value in _cells(entry)] for entry in _entries(told))
    return tables.write([column.title for column in columns], rows)


def _iso(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _entries(told: Told) -> Iterator[Entry]:
    for _code, _name, entries in told.sections:
        yield from entries


def _summary(told: Told) -> Sheet:
    rows = [
        (_("The report"), told.heading),
        (_("Date of the report"), full_date(told.day)),
        (_("Data as of"), full_date(told.as_of)),
        (_("Projects in the report"), str(told.total)),
        (_("Summary"), told.summary),
    ]
    return Sheet(_("Summary"), [Column("", width=26), Column("", width=110)], rows)


def _counts(told: Told) -> Sheet:
    columns = [
        Column(_("Counted by"), width=20),
        Column(_("What"), width=52),
        Column(_("Projects"), "number", 12),
        *(Column(word, "number", 16) for _code, word in told.groups),
    ]
    rows = [
        (table.title, line.name, line.total, *line.groups)
        for table in told.tables
        for line in table.lines
    ]
    if told.compared:
        columns.append(Column(_("Difference from the report before"), "number", 18))
        changes = [line.change for table in told.tables for line in table.lines]
        rows = [(*row, change) for row, change in zip(rows, changes, strict=True)]
    return Sheet(_("Counts"), columns, rows)


def _lists(told: Told) -> list[Sheet]:
    lists = [(_("Projects"), list(_entries(told))), (_("Late"), told.late)]
    return [Sheet(title, _columns(), [_cells(one) for one in found]) for title, found in lists]


def _columns() -> list[Column]:
    return [
        Column(_("No."), "number", 8),
        Column(_("Project"), width=52),
        Column(_("Sector"), width=26),
        Column(_("Kind of works"), width=26),
        Column(_("Source"), width=22),
        Column(_("District"), width=16),
        Column(_("Address"), width=30),
        Column(_("Latitude"), "number", 11),
        Column(_("Longitude"), "number", 11),
        Column(_("In the report"), width=20),
        Column(_("State"), width=18),
        Column(_("Promised first by"), "date", 14),
        Column(_("Promised now by"), "date", 14),
        Column(_("Completed on"), "date", 14),
        Column(_("Why"), width=40),
        Column(_("Currency"), width=9),
        Column(_("Promised sum"), "money", 16),
    ]


def _cells(entry: Entry) -> list[Any]:
    units = 10**entry.minor_units
    return [
        entry.number,
        entry.title,
        sector_word(entry.sector),
        entry.kind,
        entry.origin,
        entry.area,
        entry.address,
        entry.lat,
        entry.lon,
        group_word(entry.group),
        entry.state,
        entry.promised_on,
        entry.due_on,
        entry.completed_on,
        entry.reason,
        entry.currency,
        entry.promised_sum // units if units == 1 else entry.promised_sum / units,
    ]
