"""Pages of take-downs: the desk's list and record, the author's objection."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pb_portal.accounts.privacy import opened
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, areas_of, demand, may
from pb_portal.domain.refusal import Refusal
from pb_portal.files.service import name_of, remove
from pb_portal.takedowns import queries, service
from pb_portal.takedowns.forms import PressForm, TakeDownForm, WordsForm
from pb_portal.takedowns.models import TakeDown
from pb_portal.takedowns.service.removal import texts_of
from pb_portal.web import clock, storage
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.takedowns import category_name, kind_name, view_name

blueprint = Blueprint("takedowns", __name__)
blueprint.add_app_template_filter(category_name, "takedown_category")
blueprint.add_app_template_filter(kind_name, "takedown_kind")
Answer = str | tuple[str, int] | AnyResponse
PAGE = 30


@blueprint.app_template_global()
def may_take_down(area_id: int | None = None) -> bool:
    """Whether the reader may take down what stands here."""
    return may(clock.actor(), P.TAKE_DOWN, area_id=area_id)


@blueprint.get("/desk/taken-down")
@requires(P.SEE_TAKEN_DOWN)
def index() -> str:
    """What is down, and what waits for a moderator."""
    view = request.args.get("view", "")
    view = view if view in queries.VIEWS else queries.VIEWS[0]
    rows = queries.list_take_downs(
        session(),
        areas_of(clock.actor(), P.SEE_TAKEN_DOWN),
        view,
        before_id=asked_row("before"),
        limit=PAGE + 1,
    )
    return render_template(
        "takedowns/index.html",
        page=page_of(rows, PAGE, key=lambda row: row.id),
        view=view,
        tabs=[(view_name(name), url_for(".index", view=name), None) for name in queries.VIEWS],
    )


@blueprint.route("/desk/taken-down/new", methods=["GET", "POST"])
@requires(P.TAKE_DOWN)
def new() -> Answer:
    """Take something down, with the public reason."""
    form = TakeDownForm()
    kind = form.kind.data or request.args.get("kind", "")
    thing = form.thing.data or request.args.get("id", "")
    subject = service.get_subject(session(), kind, thing)
    demand(clock.actor(), P.TAKE_DOWN, area_id=subject.area_id)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                row = service.take_down(
                    work,
                    clock.signature(),
                    kind,
                    thing,
                    category=form.category.data or "",
                    reason=form.reason.data or "",
                    note=form.note.data or "",
                )
            flash(_("Taken down everywhere. The authors get a letter."), "success")
            return redirect(url_for(".show", takedown_id=row.id))
        except Refusal as refusal:
            form.show(refusal)
    form.kind.data, form.thing.data = kind, thing
    status = 422 if form.is_submitted() else 200
    return render_template("takedowns/new.html", form=form, subject=subject), status


@blueprint.get("/desk/taken-down/<int:takedown_id>")
@requires(P.SEE_TAKEN_DOWN)
def show(takedown_id: int) -> str:
    """One record; its content only after a press that is recorded."""
    return _page(_record(takedown_id), WordsForm(formdata=None))


@blueprint.post("/desk/taken-down/<int:takedown_id>/open")
@requires(P.SEE_TAKEN_DOWN)
def open_content(takedown_id: int) -> Answer:
    """Read the content; the record says who did."""
    with transaction() as work:
        row = service.open_content(work, clock.signature(), takedown_id)
        opened.remember("taken_down", row.id)
    return redirect(url_for(".show", takedown_id=takedown_id))


@blueprint.get("/desk/taken-down/<int:takedown_id>/files/<int:file_id>")
@requires(P.SEE_TAKEN_DOWN)
def file(takedown_id: int, file_id: int) -> Response:
    """A photo or a document of it, once its content was opened."""
    row = _record(takedown_id)
    taken = next((one for one in row.files if one.file_id == file_id), None)
    if taken is None or not opened.is_open("taken_down", row.id):
        raise Missing("file")
    content = storage.root().get(name_of(taken.file))
    if content is None:
        raise Missing("file")
    answer = Response(content, mimetype=taken.file.media_type)
    if taken.file.is_document:
        answer.headers.set("Content-Disposition", "attachment", filename=taken.file.name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/desk/taken-down/<int:takedown_id>/restore")
@requires(P.TAKE_DOWN)
def restore(takedown_id: int) -> Answer:
    """Show it again."""
    return _act(takedown_id, "restore")


@blueprint.post("/desk/taken-down/<int:takedown_id>/erase")
@requires(P.TAKE_DOWN)
def erase(takedown_id: int) -> Answer:
    """Delete the content for good."""
    return _act(takedown_id, "erase")


def _act(takedown_id: int, what: str) -> Answer:
    names: list[str] = []
    try:
        with transaction() as work:
            if what == "restore":
                service.restore(work, clock.signature(), takedown_id)
            else:
                names = service.erase(work, clock.signature(), takedown_id)
    except Refusal as refusal:
        flash(sentence(refusal), "warn")
        return redirect(url_for(".show", takedown_id=takedown_id))
    remove(storage.root(), names)
    told = {
        "restore": _("It is shown again. The authors get a letter."),
        "erase": _("Erased for good."),
    }
    flash(told[what], "success")
    return redirect(url_for(".show", takedown_id=takedown_id))


@blueprint.post("/desk/taken-down/<int:takedown_id>/answer")
@requires(P.TAKE_DOWN)
def decide(takedown_id: int) -> Answer:
    """Answer an objection that is not followed."""
    form = WordsForm()
    try:
        with transaction() as work:
            service.decide_answer(work, clock.signature(), takedown_id, form.words.data or "")
    except Refusal as refusal:
        form.show(refusal)
        return _page(_record(takedown_id), form), 422
    flash(_("Answered. The author gets a letter."), "success")
    return redirect(url_for(".show", takedown_id=takedown_id))


@blueprint.route("/my/taken-down/<int:takedown_id>", methods=["GET", "POST"])
@requires(P.RESIDENT)
def mine(takedown_id: int) -> Answer:
    """What was taken down of one's own, why, and an objection."""
    form = WordsForm()
    row = queries.get_take_down(session(), takedown_id)
    if clock.actor().person_id not in row.authors:
        raise Missing("takedown")
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.answer_take_down(
                    work, clock.signature(), takedown_id, form.words.data or ""
                )
            flash(_("Sent to the moderators. The answer comes by letter."), "success")
            return redirect(url_for(".mine", takedown_id=takedown_id))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("takedowns/mine.html", row=row, form=form), status


def _record(takedown_id: int) -> TakeDown:
    row = queries.get_take_down(session(), takedown_id)
    demand(clock.actor(), P.SEE_TAKEN_DOWN, area_id=row.area_id)
    return row


def _page(row: TakeDown, form: WordsForm) -> str:
    open_now = opened.is_open("taken_down", row.id)
    return render_template(
        "takedowns/show.html",
        row=row,
        form=form,
        press=PressForm(formdata=None),
        open_now=open_now,
        texts=texts_of(row) if open_now else [],
        acts=may(clock.actor(), P.TAKE_DOWN, area_id=row.area_id),
    )
