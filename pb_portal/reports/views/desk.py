"""Where staff choose, look and publish; correct by a new edition; take back."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.reports import edition, service
from pb_portal.reports.edition import Asked, Draft
from pb_portal.reports.forms import CorrectionForm, ReportForm, WithdrawalForm, filled
from pb_portal.reports.models import Report
from pb_portal.reports.naming import suggested
from pb_portal.reports.queries import past, published
from pb_portal.reports.telling import tell
from pb_portal.reports.views.base import blueprint
from pb_portal.web import clock, limits, storage
from pb_portal.web.guard import requires
from pb_portal.web.i18n import local

Answer = str | tuple[str, int] | Response
MOST_SUGGESTED = 6


@blueprint.get("/desk/reports")
@requires(P.PUBLISH_REPORTS)
def desk() -> str:
    """What is published, and the way to a new one."""
    return render_template("reports/desk.html", reports=published.newest(session()))


@blueprint.get("/desk/reports/new")
@requires(P.PUBLISH_REPORTS)
def new() -> Answer:
    """The form; with a choice in the address, what the report would say."""
    return _look(_form(ReportForm, request.args, {"date": _near()[0][0]}), None)


@blueprint.post("/desk/reports/new")
@limits.visits("asks", by_line=False)
@requires(P.PUBLISH_REPORTS)
def publish() -> Answer:
    """Publish what was looked at."""
    return _publish(_form(ReportForm, request.form, {}), None)


@blueprint.get("/desk/reports/<int:number>/correct")
@requires(P.PUBLISH_REPORTS)
def correct(number: int) -> Answer:
    """The form filled with the published choice."""
    report = published.get_report(session(), number)
    return _look(_form(CorrectionForm, request.args, _chosen(report)), report)


@blueprint.post("/desk/reports/<int:number>/correct")
@limits.visits("asks", by_line=False)
@requires(P.PUBLISH_REPORTS)
def publish_correction(number: int) -> Answer:
    """Publish a new edition."""
    report = published.get_report(session(), number)
    return _publish(_form(CorrectionForm, request.form, {}), report)


@blueprint.route("/desk/reports/<int:number>/withdraw", methods=["GET", "POST"])
@requires(P.PUBLISH_REPORTS)
def withdraw(number: int) -> Answer:
    """Take the newest edition back, with a reason."""
    form = WithdrawalForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as work:
                report = published.get_report(work, number)
                service.withdraw(work, clock.signature(), report, reason=form.reason.data)
            flash(_("The report is withdrawn. Its page says so and why."), "success")
            return redirect(url_for(".show", number=number))
        except Refusal as refusal:
            form.show(refusal)
            status = _status(refusal)
    report = published.get_report(session(), number)
    return render_template("reports/withdraw.html", form=form, report=report), status


def _status(refusal: Refusal) -> int:
    return 409 if isinstance(refusal, Conflict) else 422


def _form(kind: type[ReportForm], formdata: Any, usual: dict[str, Any]) -> Any:
    areas = [(area.code, local(area.names)) for area in past.areas(session())]
    return filled(kind, areas, formdata, usual)


def _near() -> list[tuple[date, dict[str, str]]]:
    """Holidays with their names, the nearest to today first."""
    today = clock.today()
    return sorted(suggested(today), key=lambda pair: abs((pair[0] - today).days))


def _chosen(report: Report) -> dict[str, Any]:
    boxes = dict(published.data_of(report)["choice"])
    since = boxes.pop("since")
    names = {f"name_{code}": name for code, name in report.title.items()}
    return {
        **boxes,
        **names,
        "date": report.on_date,
        "since": date.fromisoformat(since) if since else None,
    }


def _asked(form: Any, report: Report | None) -> Asked:
    number = report.number if report else None
    return Asked(form.choice(), clock.now(), clock.city_zone(), number)


def _look(form: Any, report: Report | None) -> Answer:
    """Nothing is chosen yet, or a preview, or what is wrong with the choice."""
    if not request.args:
        return _page(form, report)
    if not form.validate():
        return _page(form, report), 422
    try:
        return _page(form, report, edition.draft(session(), _asked(form, report)))
    except Refusal as refusal:
        form.show(refusal)
        return _page(form, report), 422


def _publish(form: Any, report: Report | None) -> Answer:
    if not form.validate():
        return _page(form, report), 422
    asked, draft = _asked(form, report), None
    try:
        draft = edition.draft(session(), asked)
        number = _keep(form, report, asked, draft)
    except Refusal as refusal:
        form.show(refusal)
        return _page(form, report, draft), _status(refusal)
    flash(_("The report is published. It will not change any more."), "success")
    return redirect(url_for(".show", number=number))


def _keep(form: Any, report: Report | None, asked: Asked, draft: Draft) -> int:
    if form.seen.data != draft.fingerprint:
        raise Conflict("report.counts_changed")
    if report is not None:
        service.need_reason(form.reason.data or "")
    made = edition.finish(session(), asked, draft, storage.root())
    with transaction() as work:
        if report is None:
            return service.publish(work, clock.signature(), made).number
        old = published.get_report(work, report.number)
        return service.correct(work, clock.signature(), made, old, reason=form.reason.data).number


def _page(form: Any, report: Report | None, draft: Draft | None = None) -> str:
    typed = request.form if request.method == "POST" else request.args
    return render_template(
        "reports/new.html",
        form=form,
        report=report,
        seen=draft.fingerprint if draft else "",
        told=tell(draft.data) if draft else None,
        suggested=sorted(_near()[:MOST_SUGGESTED], key=lambda pair: pair[0]),
        kept=[
            (name, value)
            for name, values in typed.lists()
            for value in values
            if name not in ("csrf_token", "seen", "reason")
        ],
    )
