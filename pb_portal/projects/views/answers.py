"""Staff: answering defects and questions, hiding what must not stand, showing documents."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.issue_rules import ANSWERS
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.files.service import read_document
from pb_portal.projects import queries
from pb_portal.projects.forms_said import AnswerForm, DocumentForm, HideForm, TakeAwayForm
from pb_portal.projects.queries import voices
from pb_portal.projects.service import documents, issues, ratings
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.views.said import shot_of
from pb_portal.web import clock, storage
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of
from pb_portal.web.phrases.issues import step_word

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/issues")
@requires(P.ANSWER)
def waiting() -> str:
    """What waits for an answer, by its day."""
    view = request.args.get("view", "open")
    view = view if view in ("open", "overdue", "all") else "open"
    return _list("projects/issues.html", P.ANSWER, view)


@blueprint.get("/desk/said")
@requires(P.MODERATE)
def said() -> str:
    """What residents wrote on projects, newest first, for the moderator."""
    view = "hidden" if request.args.get("view") == "hidden" else "all"
    return _list("projects/said.html", P.MODERATE, view)


def _list(template: str, permission: P, view: str) -> str:
    actor, today = clock.actor(), clock.today()
    rows = voices.waiting(
        session(), actor, permission, view=view, today=today, before=asked_row("before")
    )
    return render_template(
        template,
        view=view,
        page=page_of(rows, voices.PAGE, lambda row: row[0].id),
        counts=voices.waiting_counts(session(), actor, permission, today),
    )


@blueprint.route("/desk/issues/<int:issue_id>", methods=["GET", "POST"])
@requires(P.ANSWER)
def answer(issue_id: int) -> Answer:
    """One defect or question, and its public answer."""
    issue, project = voices.get_issue(session(), issue_id)
    demand(clock.actor(), P.ANSWER, area_id=project.area_id)
    form = AnswerForm(meta={"csrf": False})
    form.step.choices = [(step, step_word(step)) for step in ANSWERS[issue.kind]]
    if form.is_submitted() and form.validate():
        try:
            _answer(issue_id, form)
            flash(_("Answered. The reporter and the followers get a letter."), "success")
            return redirect(url_for(".waiting"))
        except Refusal as refusal:
            form.show(refusal)
            issue, project = voices.get_issue(session(), issue_id)
    status = 422 if form.is_submitted() else 200
    return render_template("projects/answer.html", issue=issue, project=project, form=form), status


def _answer(issue_id: int, form: AnswerForm) -> None:
    shot = shot_of(form)
    with transaction() as work:
        issues.answer(
            work,
            clock.signature(),
            issue_id,
            form.step.data or "",
            form.body.data or "",
            today=clock.today(),
            due_on=form.due_on.data,
            shot=shot,
        )


@blueprint.post("/desk/said/<int:issue_id>")
@requires(P.MODERATE)
def hide(issue_id: int) -> Answer:
    """Hide an issue with a reason, or show it again."""
    form = HideForm(meta={"csrf": False})
    if request.form.get("do") == "show":
        with transaction() as work:
            issues.show(work, clock.signature(), issue_id)
        flash(_("It is shown again."), "success")
    elif form.validate():
        with transaction() as work:
            issues.hide(work, clock.signature(), issue_id, reason=form.reason.data)
        flash(_("It is hidden; your reason stands in its place."), "success")
    else:
        flash(_("Write the reason: residents will read it."), "warn")
    return redirect(url_for(".said"))


@blueprint.post("/desk/projects/<int:number>/ratings/<int:person_id>")
@requires(P.MODERATE)
def hide_rating(number: int, person_id: int) -> Answer:
    """Hide the words of a rating with a reason; an empty reason shows them again."""
    with transaction() as work:
        project = queries.get_to_change(work, number)
        form = HideForm(meta={"csrf": False})
        reason = form.reason.data if form.validate() else ""
        ratings.hide(work, clock.signature(), project, person_id, reason=reason or "")
    flash(_("Saved."), "success")
    return redirect(url_for(".show", number=number, _anchor="ratings"))


@blueprint.route("/desk/projects/<int:number>/documents", methods=["GET", "POST"])
@requires(P.DELIVER)
def papers(number: int) -> Answer:
    """Documents residents may download."""
    project = queries.get_project(session(), number)
    demand(clock.actor(), P.DELIVER, area_id=project.area_id)
    form = DocumentForm(meta={"csrf": False})
    if form.is_submitted() and form.validate():
        try:
            _add_paper(number, form)
            flash(_("The document stands on the page."), "success")
            return redirect(url_for(".papers", number=number))
        except Refusal as refusal:
            form.show(refusal)
            project = queries.get_project(session(), number)
    return render_template(
        "projects/papers.html",
        project=project,
        documents=voices.documents_of(session(), project.id),
        form=form,
    ), (422 if form.is_submitted() else 200)


def _add_paper(number: int, form: DocumentForm) -> None:
    upload = form.document.data
    if not upload or not upload.filename:
        raise Refusal("file.empty", field="document")
    read = read_document(upload.stream, upload.filename, most_bytes=storage.most_bytes())
    with transaction() as work:
        documents.add_document(
            work,
            clock.signature(),
            queries.get_to_change(work, number),
            read,
            title=form.title.data or "",
            root=storage.root(),
        )


@blueprint.post("/desk/projects/<int:number>/documents/<int:document_id>")
@requires(P.DELIVER)
def take_paper_away(number: int, document_id: int) -> Answer:
    """Take a document off the page."""
    form = TakeAwayForm(meta={"csrf": False})
    if form.validate():
        with transaction() as work:
            documents.take_away(
                work,
                clock.signature(),
                queries.get_to_change(work, number),
                document_id,
                reason=form.reason.data or "",
            )
        flash(_("The document is taken away."), "success")
    else:
        flash(_("Write why the document is taken away."), "warn")
    return redirect(url_for(".papers", number=number))
