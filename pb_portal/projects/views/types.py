"""The administrator's pages of types of work and their usual milestones."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.project_states import PATH, Sector
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.projects.models import MilestoneTemplate, WorkType
from pb_portal.projects.service import work_types as service
from pb_portal.projects.service.work_types import Usual
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.works_forms import TypeForm
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.phrases.projects import sector_word, state_word

Page = str | tuple[str, int] | Response
MOST = 20
SPARE = 2
LANGUAGES = ("kk", "ru", "en")


@blueprint.route("/desk/work-types", methods=["GET", "POST"])
@requires(P.ADMINISTER)
def work_types() -> Page:
    """Types of work by sector, and a form for another one."""
    form = _type_form(None)
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                row_id = _save(work, clock.signature(), None, form).id
            flash(_("Saved."), "success")
            return redirect(url_for(".work_type", type_id=row_id))
        except Refusal as refusal:
            form.show(refusal)
    rows = session().scalars(select(WorkType).order_by(WorkType.sector, WorkType.sort)).all()
    status = 422 if form.is_submitted() else 200
    return render_template("projects/types.html", rows=rows, form=form, sectors=list(Sector)), (
        status
    )


@blueprint.route("/desk/work-types/<int:type_id>", methods=["GET", "POST"])
@requires(P.ADMINISTER)
def work_type(type_id: int) -> Page:
    """One type with its milestones; 0 stands for all types that have none of their own."""
    row = _type(session(), type_id)
    form = _type_form(row)
    if form.is_submitted() and (row is None or form.validate()):
        try:
            with transaction() as work:
                fresh = _type(work, type_id)
                if fresh is not None:
                    _save(work, clock.signature(), fresh, form)
                service.set_templates(work, clock.signature(), type_id or None, _typed())
            flash(_("Saved."), "success")
            return redirect(url_for(".work_type", type_id=type_id))
        except Refusal as refusal:
            refusal.field = refusal.field if refusal.field in form else None
            form.show(refusal)
    return _page(_type(session(), type_id), type_id, form)


def _page(row: WorkType | None, type_id: int, form: TypeForm) -> Page:
    same = (
        MilestoneTemplate.work_type_id == type_id
        if type_id
        else MilestoneTemplate.work_type_id.is_(None)
    )
    kept = session().scalars(
        select(MilestoneTemplate).where(same).order_by(MilestoneTemplate.share)
    )
    usual = [Usual(one.names, one.share, one.state) for one in kept]
    rows: list[Any] = (_typed() if form.is_submitted() else usual) + [None] * SPARE
    states = [("", "—"), *((str(state), state_word(state)) for state in PATH[1:])]
    status = 422 if form.is_submitted() else 200
    return render_template(
        "projects/type.html", row=row, type_id=type_id, form=form, rows=rows[:MOST], states=states
    ), status


def _type(current: Any, type_id: int) -> WorkType | None:
    if not type_id:
        return None
    row: WorkType | None = current.get(WorkType, type_id)
    if row is None:
        raise Missing("work_type")
    return row


def _type_form(row: WorkType | None) -> TypeForm:
    shown = {**row.names, "sector": row.sector, "retired": row.retired} if row else {}
    form = TypeForm(meta={"csrf": False}, data=shown)
    form.sector.choices = [(str(code), sector_word(code)) for code in Sector]
    return form


def _save(work: Any, by: Signature, row: WorkType | None, form: Any) -> WorkType:
    return service.save_work_type(
        work,
        by,
        row,
        sector=form.sector.data or "",
        names={language: form[language].data for language in LANGUAGES},
        retired=bool(form.retired.data),
    )


def _typed() -> list[Usual]:
    """Milestones out of the fields of the page; a row left empty is none."""
    found = []
    for place in range(MOST):
        names = {
            language: clean(request.form.get(f"{language}_{place}", ""))[:120].strip()
            for language in LANGUAGES
        }
        share = request.form.get(f"share_{place}", "").strip()
        if any(names.values()) or share:
            number = int(share) if share.isascii() and share.isdecimal() and len(share) < 5 else -1
            found.append(Usual(names, number, request.form.get(f"state_{place}", "")[:20]))
    return found
