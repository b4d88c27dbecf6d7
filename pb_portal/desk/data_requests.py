"""What staff do about personal data: requests of residents, the log of consents."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.accounts.privacy import queries
from pb_portal.accounts.privacy import service as privacy
from pb_portal.accounts.privacy.forms import REQUESTS, AnswerForm
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of

Answer = str | tuple[str, int] | Response
PAGE = 50


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    add, one = blueprint.add_url_rule, "/desk/data-requests/<int:request_id>"
    add("/desk/data-requests", "data_requests", index)
    add(one, "data_request", answer, methods=["GET", "POST"])
    add("/desk/consents", "consents", consents)


@requires(P.ADMINISTER)
def index() -> str:
    """Requests by due day."""
    return render_template(
        "privacy/requests.html",
        requests=queries.requests(session()),
        kinds=dict(REQUESTS),
        today=clock.today(),
    )


@requires(P.ADMINISTER, fresh=True)
def answer(request_id: int) -> Answer:
    """Carry a request out, or refuse it; the resident gets the answer by letter."""
    form, said = AnswerForm(), request.form.get("do", "")
    if form.validate_on_submit() and said in ("done", "refused"):
        try:
            with transaction() as work:
                asked = queries.get_request(work, request_id)
                privacy.answer_request(
                    work, clock.signature(), asked, done=said == "done", answer=form.answer.data
                )
            flash(_("Answered."), "success")
            return redirect(url_for(".data_requests"))
        except Refusal as refusal:
            form.show(refusal)
    page = render_template(
        "privacy/request.html",
        form=form,
        asked=queries.get_request(session(), request_id),
        kinds=dict(REQUESTS),
    )
    return page, 422 if form.is_submitted() else 200


@requires(P.READ_AUDIT)
def consents() -> str:
    """The log of consents: purposes, versions, languages and times; accounts by number."""
    before = asked_row("before")
    rows = queries.newest_consents(session(), before, PAGE + 1)
    return render_template(
        "privacy/consents.html",
        page=page_of(rows, PAGE, key=lambda row: row.id),
        totals=queries.consent_totals(session()),
        first=before is None,
    )
