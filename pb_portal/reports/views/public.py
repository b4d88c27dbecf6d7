"""Published reports for everybody, and their files."""

from __future__ import annotations

from flask import Response, jsonify, render_template, url_for

from pb_portal.db import session
from pb_portal.reports import withheld
from pb_portal.reports.models import Report
from pb_portal.reports.queries import past, published
from pb_portal.reports.telling import tell
from pb_portal.reports.views.base import blueprint
from pb_portal.web.guard import public
from pb_portal.web.i18n import language

KEPT = "public, max-age=600"
"""Not longer: what a report shows of a project may be taken down."""


@blueprint.get("/reports")
@public
def index() -> str:
    """All reports, the latest date first."""
    return render_template("reports/index.html", reports=published.newest(session()))


@blueprint.get("/reports/<int:number>")
@public
def show(number: int) -> str:
    """The newest edition of a report."""
    return _page(published.get_report(session(), number))


@blueprint.get("/reports/<int:number>/<int:edition>")
@public
def show_edition(number: int, edition: int) -> str:
    """One edition, as it was published."""
    return _page(published.get_report(session(), number, edition))


def _page(report: Report) -> str:
    return render_template(
        "reports/show.html",
        report=report,
        told=tell(withheld.shown(session(), report).data),
        withheld=withheld.shown(session(), report).numbers,
        editions=published.editions(session(), report.number),
        sizes=published.sizes(session(), report.id),
        language=language(),
        map_cycle=past.newest_cycle(session()),
    )


@blueprint.get("/reports/<int:number>/<int:edition>/data.json")
@public
def data(number: int, edition: int) -> Response:
    """The snapshot itself, byte for byte: its SHA-256 is the digest on the page, unless something
    in it was taken down since."""
    report = published.get_report(session(), number, edition)
    text = withheld.shown(session(), report).text
    return _file(report, "data.json", "application/json", text.encode("utf-8"))


@blueprint.get("/reports/<int:number>/<int:edition>/points.json")
@public
def points(number: int, edition: int) -> Response:
    """Projects of the report for its map."""
    report = published.get_report(session(), number, edition)
    told = tell(withheld.shown(session(), report).data)
    return jsonify(
        [
            {
                "key": one.number,
                "lat": one.lat,
                "lon": one.lon,
                "title": one.title,
                "text": one.place,
                "category": one.category,
                "url": url_for("projects.show", number=one.number),
            }
            for _code, _name, entries in told.sections
            for one in entries
            if one.lat is not None and one.lon is not None
        ]
    )


@blueprint.get("/reports/<int:number>/<int:edition>/<name>")
@public
def file(number: int, edition: int, name: str) -> Response:
    """A file made when the report was published."""
    found = published.get_file(session(), number, edition, name)
    report = published.get_report(session(), number, edition)
    media_type, content = withheld.file_of(session(), report, found)
    return _file(report, name, media_type, content)


def _file(report: Report, name: str, media_type: str, content: bytes) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Cache-Control"] = KEPT
    if media_type != "image/jpeg":
        known = f"report-{report.on_date.isoformat()}-{report.number}-{report.edition}-{name}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{known}"'
    return answer
