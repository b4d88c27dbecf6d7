"""What residents do on a project's page: follow, report a defect or ask, reopen, rate."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain import issue_rules
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.files.service import read_picture
from pb_portal.projects import queries
from pb_portal.projects.forms_said import (
    MailFollowForm,
    RateForm,
    ReopenForm,
    ReportForm,
    RhythmForm,
)
from pb_portal.projects.models import Project
from pb_portal.projects.queries.voices import get_issue, standing
from pb_portal.projects.service import following, issues, mail_follows, ratings
from pb_portal.projects.views.base import blueprint
from pb_portal.takedowns.queries import is_held
from pb_portal.web import clock, i18n, limits, storage
from pb_portal.web.guard import public, requires
from pb_portal.web.phrases import phrase
from pb_portal.web.phrases.issues import kind_word

Answer = str | tuple[str, int] | Response


@blueprint.route("/projects/<int:number>/follow", methods=["GET", "POST"])
@requires(P.RESIDENT)
def follow(number: int) -> Answer:
    """Follow, choose how often letters come, or unfollow; coming back from the login page only
    opens the project."""
    if request.method == "POST":
        with transaction() as work:
            project = queries.get_to_change(work, number)
            if request.form.get("on") == "0":
                following.unfollow(work, clock.signature(), project)
            else:
                following.follow(work, clock.signature(), project)
                rhythm = request.form.get("rhythm", "")
                if rhythm:
                    following.set_rhythm(work, clock.signature(), project, rhythm)
        if request.form.get("on") == "0":
            flash(_("You no longer follow this project."), "info")
        else:
            flash(_("You follow this project. Letters will tell you about every step."), "success")
    return redirect(url_for(".show", number=number, _anchor="follow"))


@blueprint.route("/projects/<int:number>/letters", methods=["GET", "POST"])
@limits.acts("letters", methods=["POST"])
@limits.tries(methods=["POST"])
@public
def letters(number: int) -> Answer:
    """Follow by e-mail without an account; the address is confirmed by a letter."""
    project = queries.get_project(session(), number)
    form = MailFollowForm()
    if form.validate_on_submit():
        with transaction() as work:
            mail_follows.ask(
                work,
                clock.signature(),
                queries.get_to_change(work, number),
                email=form.email.data,
                locale=i18n.language(),
                rhythm=form.rhythm.data,
                caps=limits.letter_caps(),
            )
        return render_template("projects/letters_asked.html", project=project)
    status = 422 if form.is_submitted() else 200
    return render_template("projects/letters.html", project=project, form=form), status


@blueprint.route("/follow/<token>", methods=["GET", "POST"])
@limits.tries(methods=["POST"])
@public
def letters_link(token: str) -> Answer:
    """Where a letter leads: confirm, choose how often, stop. Robots open links, so buttons act."""
    if request.method == "POST":
        try:
            return _act_on(token, request.form.get("do", ""))
        except Refusal:
            return _link_page(token), 422
    return _link_page(token)


def _act_on(token: str, what: str) -> Response:
    with transaction() as work:
        by = clock.signature()
        if what == "stop":
            row = mail_follows.stop(work, by, token)
            number = work.get_one(Project, row.project_id).number
            said = _("No more letters will come. Your address is forgotten.")
        elif what == "rhythm":
            mail_follows.set_rhythm(work, by, token, request.form.get("rhythm", ""))
            number, said = 0, _("Saved.")
        else:
            mail_follows.confirm(work, by, token)
            number, said = 0, _("Your address is confirmed. Letters will come.")
    flash(said, "success")
    if number:
        return redirect(url_for(".show", number=number))
    return redirect(url_for(".letters_link", token=token))


def _link_page(token: str) -> str:
    row = mail_follows.find(session(), token, clock.now())
    return render_template(
        "projects/letters_link.html",
        row=row,
        project=session().get(Project, row.project_id) if row else None,
        form=RhythmForm(data={"rhythm": row.rhythm if row else "each"}, meta={"csrf": False}),
    )


@blueprint.route("/projects/<int:number>/report", methods=["GET", "POST"])
@limits.visits("uploads", methods=["POST"], by_line=False)
@requires(P.COMMENT)
def report(number: int) -> Answer:
    """A defect or a question, with a photo and the place."""
    project = queries.get_project(session(), number)
    form = _report_form(project)
    if form.is_submitted() and form.validate():
        try:
            issue_id = _send(number, form)
            flash(_("Sent. The answer will stand here and come by letter."), "success")
            _say_if_held("issue", issue_id)
            return redirect(url_for(".show", number=number, _anchor=f"issue-{issue_id}"))
        except Refusal as refusal:
            form.show(refusal)
            project = queries.get_project(session(), number)
    status = 422 if form.is_submitted() else 200
    return render_template("projects/report.html", project=project, form=form), status


def _report_form(project: Project) -> ReportForm:
    kinds = issue_rules.kinds_for(project.status)
    asked = request.args.get("kind", "")
    form = ReportForm(data={"kind": asked if asked in kinds else kinds[0]}, meta={"csrf": False})
    form.kind.choices = [(kind, kind_word(kind)) for kind in kinds]
    return form


def _send(number: int, form: ReportForm) -> int:
    shot = shot_of(form)
    with transaction() as work:
        sent = issues.report(
            work,
            clock.signature(),
            queries.get_to_change(work, number),
            form.kind.data or "",
            form.body.data or "",
            today=clock.today(),
            place=form.place.data or "",
            point=form.point(),
            shot=shot,
        )
        return sent.id


def _say_if_held(kind: str, thing: int | str) -> None:
    """Tell the writer that a moderator reads it first."""
    if is_held(session(), kind, thing):
        flash(phrase("takedown.waits"), "info")


def shot_of(form: Any) -> issues.Shot | None:
    """The photo of a form, read before a transaction is open."""
    upload = form.picture.data
    if not upload or not getattr(upload, "filename", ""):
        return None
    picture = read_picture(upload.stream, most_bytes=storage.most_bytes())
    return issues.Shot(picture, storage.root(), form.alt.data or "" if "alt" in form else "")


@blueprint.route("/projects/<int:number>/issues/<int:issue_id>/reopen", methods=["GET", "POST"])
@requires(P.COMMENT)
def reopen(number: int, issue_id: int) -> Answer:
    """The reporter finds the answer wrong."""
    issue, project = get_issue(session(), issue_id)
    form = ReopenForm(meta={"csrf": False})
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                by = clock.signature()
                issues.reopen(work, by, issue_id, form.body.data or "", today=clock.today())
            flash(_("Reopened. The manager is told."), "success")
            anchor = f"issue-{issue_id}"
            return redirect(url_for(".show", number=project.number, _anchor=anchor))
        except Refusal as refusal:
            form.show(refusal)
            issue, project = get_issue(session(), issue_id)
    status = 422 if form.is_submitted() else 200
    return render_template("projects/reopen.html", project=project, issue=issue, form=form), status


@blueprint.route("/projects/<int:number>/rate", methods=["GET", "POST"])
@requires(P.COMMENT)
def rate(number: int) -> Answer:
    """Rate the finished thing, once."""
    project = queries.get_project(session(), number)
    form = RateForm(meta={"csrf": False})
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                ratings.rate(
                    work,
                    clock.signature(),
                    queries.get_to_change(work, number),
                    stars=form.stars.data or 0,
                    comment=form.comment.data or "",
                )
            flash(_("Thank you. Your rating counts."), "success")
            _say_if_held("rating", f"{project.id}:{current_user.person_id}")
            return redirect(url_for(".show", number=number, _anchor="ratings"))
        except Refusal as refusal:
            form.show(refusal)
            project = queries.get_project(session(), number)
    status = 422 if form.is_submitted() else 200
    mine = standing(session(), project, current_user.person_id)
    return render_template("projects/rate.html", project=project, form=form, mine=mine), status
