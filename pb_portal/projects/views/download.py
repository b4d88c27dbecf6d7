"""The register as a file: exactly the projects the page shows."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from flask import Response
from flask_babel import gettext as _

from pb_portal.db import session
from pb_portal.projects.models import Project
from pb_portal.projects.queries import register
from pb_portal.projects.views.base import blueprint, is_late, official, wanted
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.i18n import local
from pb_portal.web.phrases.projects import sector_word, state_word

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/projects.csv")
@public
def table() -> Response:
    """CSV for a spreadsheet: UTF-8 with its mark, sums in whole units of the currency."""
    rows = register.export(session(), wanted(), clock.today())
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_heads())
    writer.writerows(_cells(project, paid) for project, paid in rows)
    name = f"projects-{clock.today().isoformat()}.csv"
    return Response(
        "\ufeff" + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _heads() -> list[str]:
    return [
        _("No."),
        _("Project"),
        _("District"),
        _("Address"),
        _("Latitude"),
        _("Longitude"),
        _("Sector"),
        _("State"),
        _("Official word"),
        _("Done, per cent"),
        _("Budget round"),
        _("Currency"),
        _("Promised sum"),
        _("Contract sum"),
        _("Paid"),
        _("Promised first by"),
        _("Promised now by"),
        _("Late"),
        _("Accepted on"),
        _("Contractor"),
        _("BIN of the contractor"),
        _("Contract number"),
    ]


def _cells(project: Project, paid: int) -> list[Any]:
    cycle = project.cycle
    units = 10 ** (cycle.minor_units if cycle else 0)
    return [
        project.number,
        *plain([project.title, local(project.area.names), project.address]),
        project.lat,
        project.lon,
        sector_word(project.sector),
        state_word(project.status),
        official(project),
        project.progress,
        *plain([local(cycle.names) if cycle else ""]),
        cycle.currency if cycle else "KZT",
        *(_whole(sum, units) for sum in (project.promised_sum, project.contract_sum, paid)),
        project.promised_on,
        project.due_on,
        _("yes") if is_late(project) else _("no"),
        project.accepted_on,
        *plain([project.contractor, project.contractor_bin, project.contract_number]),
    ]


def _whole(sum: int | None, units: int) -> int | float | None:
    if sum is None or units == 1:
        return sum
    return sum / units


def plain(texts: Iterable[str]) -> list[str]:
    """Cells a spreadsheet will not run as a formula (OWASP, CSV injection)."""
    return ["'" + text if text.startswith(_FORMULA) else text for text in texts]
