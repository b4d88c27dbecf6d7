"""The queue as a spreadsheet: down with columns for decisions, up with decisions in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.db import session, transaction
from pb_portal.domain.checklist import Question
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.refusal import Refusal
from pb_portal.review import queries, queue, service, sheets
from pb_portal.review.forms import SheetForm
from pb_portal.review.views import blueprint
from pb_portal.review.views.queue import asked_for
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_ERRORS = 200


@blueprint.get("/desk/review/queue.xlsx")
@requires(P.REVIEW)
def queue_sheet() -> Response:
    """What the queue shows, as a spreadsheet."""
    files = queue.files(
        session(),
        areas_of(clock.actor(), P.REVIEW),
        asked_for(request.args),
        person_id=current_user.person_id,
        at=clock.now(),
        limit=sheets.MOST_ROWS,
    )
    questions = {
        cycle_id: cycles.checklist(session(), cycle_id)
        for cycle_id in dict.fromkeys(file.cycle_id for file in files)
    }
    body = sheets.write_queue(files, questions, cycles.grounds(session()))
    return attachment(body, f"queue-{clock.today():%Y-%m-%d}.xlsx")


@blueprint.route("/desk/review/exchange", methods=["GET", "POST"])
@requires(P.REVIEW)
def exchange() -> Answer:
    """Bring decisions back: the list is tried first and nothing is saved yet."""
    form = SheetForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form), 422
    try:
        read = sheets.read_decisions(
            form.sheet.data.read(), _questions_of(session()), cycles.grounds(session())
        )
        if not read.rows and not read.errors:
            raise Refusal("batch.empty", field="sheet")
        return _tried(form, read)
    except Refusal as refusal:
        refusal.field = "sheet"
        form.show(refusal)
    return _page(form), 422


@blueprint.post("/desk/review/exchange/<int:batch_id>")
@requires(P.REVIEW)
def apply_decisions(batch_id: int) -> Answer:
    """Apply a list that was tried; all of it or nothing."""
    with transaction() as work:
        batch = service.get_batch(work, clock.signature(), batch_id, "findings")
        number = len(batch.rows)
        wrong = service.apply_findings(work, clock.signature(), batch)
    if wrong:
        errors = [(one.row, sentence(one.refusal)) for one in wrong]
        return _page(SheetForm(formdata=None), errors=errors), 409
    flash(ngettext("%(num)d decision recorded.", "%(num)d decisions recorded.", number), "success")
    return redirect(url_for(".queue"))


def attachment(body: bytes, name: str) -> Response:
    """A spreadsheet to keep."""
    return Response(
        body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _tried(form: SheetForm, read: sheets.Read) -> Answer:
    batch_id = None
    with transaction() as work:
        wrong = service.try_findings(work, clock.signature(), read.rows)
        errors = sorted([*read.errors, *((one.row, sentence(one.refusal)) for one in wrong)])
        if not errors:
            batch_id = service.keep_batch(work, clock.signature(), "findings", read.rows).id
    return _page(form, rows=read.rows, errors=errors, batch_id=batch_id), 422 if errors else 200


def _page(
    form: SheetForm,
    *,
    rows: Sequence[dict[str, Any]] = (),
    errors: Sequence[tuple[int, str]] = (),
    batch_id: int | None = None,
) -> str:
    counts = {code: 0 for code in ("return", "admit", "reject")}
    for row in rows:
        counts[row["recommends"]] += 1
    return render_template(
        "review/exchange.html",
        form=form,
        counts=counts,
        number=len(rows),
        errors=errors[:SHOWN_ERRORS],
        more=max(0, len(errors) - SHOWN_ERRORS),
        batch_id=batch_id,
        words=sheets.decision_words(),
        most=sheets.MOST_DECISIONS,
        most_rows=sheets.MOST_ROWS,
    )


def _questions_of(current: Session) -> Callable[[int], Sequence[Question] | None]:
    """The checklist of a file's cycle; None for what is no open file of the person's districts."""
    cycle_of = queries.cycles_of_open(current, areas_of(clock.actor(), P.REVIEW))
    known: dict[int, Sequence[Question]] = {}

    def find(file_id: int) -> Sequence[Question] | None:
        cycle_id = cycle_of.get(file_id)
        if cycle_id is None:
            return None
        if cycle_id not in known:
            known[cycle_id] = cycles.checklist(current, cycle_id)
        return known[cycle_id]

    return find
