"""What the pages of reports share."""

from __future__ import annotations

import re

from flask import Blueprint
from markupsafe import Markup, escape

from pb_portal.reports.models import Report
from pb_portal.reports.papers.paper import signed
from pb_portal.reports.telling import heading

blueprint = Blueprint("reports", __name__)
_ENDING = re.compile(r"(\d-\w+)")
_KEPT = Markup('<span class="unbroken">{}</span>')


@blueprint.app_template_filter()
def unbroken(text: str) -> Markup:
    """A number and its Kazakh ending stay on one line: 60-тан."""
    pieces = enumerate(_ENDING.split(text))
    return Markup("").join(
        _KEPT.format(piece) if place % 2 else escape(piece) for place, piece in pieces
    )


@blueprint.context_processor
def _shared() -> dict[str, object]:
    return {"signed": signed, "heading_of": _heading_of}


def _heading_of(report: Report) -> str:
    return heading(report.title)
