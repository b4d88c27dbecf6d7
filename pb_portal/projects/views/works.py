"""Entering projects of the city programme and of investors: one by a form, many by a sheet."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.projects import service
from pb_portal.projects.service.works import Work, faults, known
from pb_portal.projects.views import sheets
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.views.dictionary import choices
from pb_portal.projects.works_forms import SheetForm, WorkForm
from pb_portal.web import clock
from pb_portal.web.guard import requires

Page = str | tuple[str, int] | Answer


@blueprint.route("/desk/projects/add", methods=["GET", "POST"])
@requires(P.DELIVER)
def add() -> Page:
    """One project by a form."""
    form = WorkForm(meta={"csrf": False})
    for name, options in choices(session(), clock.actor()).items():
        form[name].choices = options
    if form.is_submitted() and form.validate():
        work, by = _work(form), clock.signature()
        wrong = faults(by, work, known(session()), clock.today())
        for refusal in wrong:
            form.show(refusal)
        if not wrong:
            with transaction() as current:
                number = service.add_works(current, by, [work], today=clock.today())[0].number
            flash(_("The project stands in the register."), "success")
            return redirect(url_for(".manage", number=number))
    status = 422 if form.is_submitted() else 200
    return render_template("projects/add.html", form=form), status


def _work(form: Any) -> Work:
    def chosen(name: str) -> int | None:
        text = str(form[name].data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    return Work(
        title=form.title.data,
        origin=form.origin.data or "",
        funding=form.funding.data or "",
        sector=form.sector.data or "",
        work_type_id=chosen("work_type"),
        area_id=chosen("area"),
        promised_sum=form.promised_sum.data,
        promised_on=form.promised_on.data,
        programme=form.programme.data or "",
        address=form.address.data or "",
        summary=form.summary.data or "",
        lat=form.lat.data,
        lon=form.lon.data,
        line_title=form.line_title.data or "",
        line_unit=form.line_unit.data or "",
        line_quantity=form.line_quantity.data,
    )


@blueprint.route("/desk/projects/sheet", methods=["GET", "POST"])
@requires(P.DELIVER)
def works_sheet() -> Page:
    """Many projects by a spreadsheet: first looked through, then entered whole."""
    return _sheet("projects", sheets.read_works)


@blueprint.route("/desk/projects/news", methods=["GET", "POST"])
@requires(P.DELIVER)
def news_sheet() -> Page:
    """Many updates by a spreadsheet."""
    return _sheet("updates", sheets.read_news)


def _sheet(kind: str, read: Any) -> Page:
    form = SheetForm(meta={"csrf": False})
    if not form.is_submitted():
        return _sheet_page(form, kind)
    if not form.validate():
        return _sheet_page(form, kind), 422
    try:
        found = read(session(), form.sheet.data.read(), clock.signature(), clock.today())
    except Refusal as refusal:
        refusal.field = "sheet"
        form.show(refusal)
        return _sheet_page(form, kind), 422
    if found.faults or not found.rows:
        return _sheet_page(form, kind, found), 422
    with transaction() as work:
        upload_id = service.keep_sheet(work, clock.signature(), kind, found.rows).id
    return redirect(url_for(".kept_sheet", kind=kind, upload_id=upload_id))


def _sheet_page(form: Any, kind: str, found: Any = None) -> str:
    return render_template("projects/sheet.html", form=form, kind=kind, found=found)


@blueprint.get("/desk/projects/sheet/<kind>.xlsx")
@requires(P.DELIVER)
def sheet_template(kind: str) -> Response:
    """An empty spreadsheet with the right headings; for news, one with my projects in it."""
    content = sheets.template(session(), kind, clock.actor())
    return Response(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{kind}.xlsx"'},
    )


@blueprint.route("/desk/projects/sheet/<kind>/<int:upload_id>", methods=["GET", "POST"])
@requires(P.DELIVER)
def kept_sheet(kind: str, upload_id: int) -> Page:
    """What a clean spreadsheet would do, and the button that does it."""
    by = clock.signature()
    form = SheetForm(meta={"csrf": False}, formdata=None)
    upload = service.get_sheet(session(), by, upload_id, kind)
    if not form.is_submitted():
        return render_template("projects/sheet_check.html", upload=upload, form=form)
    try:
        done = sheets.apply(upload_id, kind, by)
    except Refusal as refusal:
        refusal.field = None
        form.show(refusal)
        upload = service.get_sheet(session(), by, upload_id, kind)
        return render_template("projects/sheet_check.html", upload=upload, form=form), 422
    flash(ngettext("%(num)d row is saved.", "%(num)d rows are saved.", done), "success")
    return redirect(url_for(".today"))
