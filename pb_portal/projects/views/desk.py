"""The manager's desk: the queue, and one page where everything about a project is done."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.accounts.queries import holders
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, Role
from pb_portal.domain.project_states import ProjectState, steps_from
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.projects import forms, queries, service
from pb_portal.projects.models import Project
from pb_portal.projects.queries import desk as desk_queries
from pb_portal.projects.views import acts
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.views.story import story
from pb_portal.web import clock, i18n
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires
from pb_portal.web.phrases.projects import STATES, state_word

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/projects/list")
@requires(P.DELIVER)
def mine() -> str:
    """The manager's projects by due date."""
    view = request.args.get("view", "mine")
    view = view if view in desk_queries.VIEWS else "mine"
    state = request.args.get("state", "")
    state = state if state in set(ProjectState) else ""
    now, today, actor = clock.now(), clock.today(), clock.actor()
    return render_template(
        "projects/mine.html",
        view=view,
        state=state,
        states=[(code, state_word(code)) for code in STATES],
        counts=desk_queries.counts(session(), actor, now, today),
        queue=desk_queries.queue(
            session(), actor, view, now, today, state=state, key=request.args.get("after", "")
        ),
        today=today,
    )


@blueprint.route("/desk/projects/<int:number>", methods=["GET", "POST"])
@requires(P.DELIVER)
def manage(number: int) -> Answer:
    """Everything about one project on one page; each section posts its own form here."""
    project = queries.get_project(session(), number)
    if not service.may_change(clock.actor(), project):
        raise Forbidden(P.DELIVER)
    if request.method == "GET":
        return _page(project)
    section = request.form.get("section", "")
    if section not in acts.ACTS:
        abort(400)
    form = _form(section, project, typed=True)
    status = 422
    if form.validate():
        try:
            acts.read_photos(form)
            with transaction() as work:
                fresh = queries.get_to_change(work, number)
                acts.ACTS[section](work, clock.signature(), fresh, form)
            flash(_("Saved."), "success")
            return redirect(url_for(".manage", number=number, _anchor=f"section-{section}"))
        except Refusal as refusal:
            form.show(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
    return _page(queries.get_project(session(), number), {section: form}), status


def _page(project: Project, typed: dict[str, Form] | None = None) -> str:
    steps = steps_from(project.status)
    shown = {name: _form(name, project) for name in acts.ACTS}
    updates = queries.updates(session(), project.id)
    return render_template(
        "projects/manage.html",
        project=project,
        forms={**shown, **(typed or {})},
        wrong=next(iter((typed or {}).values()), None),
        plain_steps=[(s, service.lacking(project, s)) for s in steps if "reason" not in s.needs],
        halting=[step for step in steps if "reason" in step.needs],
        payments=[row for row in project.payments if row.voided_at is None],
        **story(project, updates),
    )


def _form(section: str, project: Project, *, typed: bool = False) -> Form:
    """The section's form: with what was posted, or with what the ledger holds."""
    kind = acts.FORMS[section]
    if section == "acceptance":
        kind = forms.acceptance_form(project.lines)
    posted: dict[str, Any] = {} if typed else {"formdata": None}
    form = kind(
        **posted,
        prefix=section,
        data=forms.values_of(project, clock.today()).get(section, {}),
        meta={"csrf": False},
    )
    _fill_choices(form, section, project)
    return form


def _fill_choices(form: Any, section: str, project: Project) -> None:
    if section in ("news", "photos"):
        form.stage.choices = forms.stages()
    elif section == "halt":
        form.target.choices = [
            (str(step.target), state_word(step.target))
            for step in steps_from(project.status)
            if "reason" in step.needs
        ]
    elif section == "void":
        form.payment.choices = [
            (paid.id, f"{i18n.full_date(paid.paid_on)} · {i18n.money(paid.sum)}")
            for paid in project.payments
            if paid.voided_at is None
        ]
    elif section == "milestone":
        form.milestone.choices = [
            (row.id, f"{i18n.local(row.names)} · {i18n.full_date(row.planned_on)}")
            for row in project.milestones
        ]
    elif section == "manager":
        able = holders(session(), [Role.MANAGER], project.area_id)
        form.manager.choices = [(person.id, person.name) for person in able]
