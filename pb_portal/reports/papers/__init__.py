"""The files of a report, made from its snapshot and pictures alone."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask_babel import force_locale

from pb_portal.reports.choice import LANGUAGES
from pb_portal.reports.papers import paper, sheets
from pb_portal.reports.telling import tell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def render(text: str, pictures: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """PDF, XLSX and CSV in each language: name → (media type, content)."""
    made: dict[str, tuple[str, bytes]] = {}
    for language in LANGUAGES:
        with force_locale(language):
            told = tell(json.loads(text))
            made[f"{language}.pdf"] = ("application/pdf", paper.pdf(told, pictures, language))
            made[f"{language}.xlsx"] = (XLSX, sheets.workbook(told))
            made[f"{language}.csv"] = ("text/csv", sheets.table(told))
    return made
