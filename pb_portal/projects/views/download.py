"""The register as a file: exactly the projects the page shows, as CSV, XLSX or GeoJSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from io import StringIO
from typing import Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from pb_portal.db import session
from pb_portal.documents.sheets import Column, Sheet, write
from pb_portal.projects.models import Project
from pb_portal.projects.queries import register
from pb_portal.projects.rules import public_bin
from pb_portal.projects.views.base import blueprint, is_late, official, wanted
from pb_portal.web import clock, limits
from pb_portal.web.guard import public
from pb_portal.web.i18n import local
from pb_portal.web.phrases.projects import origin_word, sector_word, state_word

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/projects.csv")
@public
def table() -> Response:
    """CSV for a spreadsheet: UTF-8 with its mark, sums in whole units of the currency."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(column.title for column in _columns())
    writer.writerows(_plain(_cells(project)) for project in _matching())
    return _file("\ufeff" + text.getvalue(), "csv", "text/csv; charset=utf-8")


@blueprint.get("/projects.xlsx")
@limits.visits("heavy")
@public
def sheet() -> Response:
    """The same as a spreadsheet."""
    rows = (_cells(project) for project in _matching())
    return _file(write([Sheet(_("Projects"), _columns(), rows)]), "xlsx", XLSX)


@blueprint.get("/projects.geojson")
@limits.visits("heavy")
@public
def places() -> Response:
    """Those that have a place, for a map program; names of columns are the same everywhere."""
    body = json.dumps(
        {"type": "FeatureCollection", "features": [_feature(p) for p in _matching() if _placed(p)]},
        ensure_ascii=False,
    )
    return _file(body, "geojson", "application/geo+json; charset=utf-8")


def _matching() -> Iterable[Project]:
    return register.export(session(), wanted(), clock.today())


def _file(content: str | bytes, ending: str, kind: str) -> Response:
    name = f"projects-{clock.today().isoformat()}.{ending}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=disposition)


def _columns() -> list[Column]:
    return [
        Column(_("No."), "number", 8),
        Column(_("Project"), width=48),
        Column(_("District"), width=20),
        Column(_("Address"), width=32),
        Column(_("Latitude"), "number", 12),
        Column(_("Longitude"), "number", 12),
        Column(_("Sector"), width=28),
        Column(_("Type of work"), width=24),
        Column(_("Source"), width=22),
        Column(_("State")),
        Column(_("Official word")),
        Column(_("Done, per cent"), "number", 10),
        Column(_("Budget round")),
        Column(_("Currency"), width=10),
        Column(_("Promised sum"), "money"),
        Column(_("Contract sum"), "money"),
        Column(_("Paid"), "money"),
        Column(_("Promised first by"), "date"),
        Column(_("Promised now by"), "date"),
        Column(_("Late"), width=10),
        Column(_("Accepted on"), "date"),
        Column(_("Contractor"), width=32),
        Column(_("BIN of the contractor")),
        Column(_("Contract number")),
        Column(_("Link"), width=32),
    ]


def _cells(project: Project) -> list[Any]:
    cycle = project.cycle
    units = 10 ** (cycle.minor_units if cycle else 0)
    sums = (project.promised_sum, project.contract_sum, project.paid_sum)
    return [
        project.number,
        project.title,
        local(project.area.names),
        project.address,
        project.lat,
        project.lon,
        sector_word(project.sector),
        local(project.work_type.names) if project.work_type else "",
        origin_word(project.origin),
        state_word(project.status),
        official(project),
        project.progress,
        local(cycle.names) if cycle else "",
        cycle.currency if cycle else "KZT",
        *(_whole(sum, units) for sum in sums),
        project.promised_on,
        project.due_on,
        _("yes") if is_late(project) else _("no"),
        project.accepted_on,
        project.contractor,
        public_bin(project.contractor_bin),
        project.contract_number,
        _address(project),
    ]


def _address(project: Project) -> str:
    base = str(current_app.config["SETTINGS"].base_url)
    return base + url_for(".show", number=project.number)


def _placed(project: Project) -> bool:
    return project.lat is not None and project.lon is not None


def _feature(project: Project) -> dict[str, Any]:
    cycle = project.cycle
    return {
        "type": "Feature",
        "id": project.number,
        "geometry": {"type": "Point", "coordinates": [project.lon, project.lat]},
        "properties": {
            "number": project.number,
            "title": project.title,
            "district": project.area.names,
            "address": project.address,
            "sector": project.sector,
            "type": project.work_type.code if project.work_type else None,
            "source": project.origin,
            "state": project.status,
            "progress": project.progress,
            "cycle": cycle.slug if cycle else None,
            "currency": cycle.currency if cycle else "KZT",
            "minor_units": cycle.minor_units if cycle else 0,
            "promised": project.promised_sum,
            "contracted": project.contract_sum,
            "paid": project.paid_sum,
            "promised_on": project.promised_on.isoformat(),
            "due_on": project.due_on.isoformat(),
            "late": is_late(project),
            "contractor": project.contractor or None,
            "url": _address(project),
        },
    }


def _whole(sum: int | None, units: int) -> int | float | None:
    if sum is None or units == 1:
        return sum
    return sum / units


def _plain(cells: Iterable[Any]) -> list[Any]:
    """Cells a spreadsheet will not run as a formula (OWASP, CSV injection)."""
    return [
        "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
        for cell in cells
    ]
