"""Letters to the authors of a part of the files: write, look, send once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.refusal import Refusal
from pb_portal.review import queries, service
from pb_portal.review.forms import LetterForm
from pb_portal.review.models import Mailing
from pb_portal.review.views import blueprint
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/review/letters", methods=["GET", "POST"])
@requires(P.REVIEW)
def letters() -> Answer:
    """Write a letter; the next page shows it before it is sent."""
    form = _form()
    if form.validate_on_submit():
        segment = service.Segment(form.state.data, int(form.cycle.data), form.area.data or None)
        try:
            with transaction() as work:
                mailing = service.write_mailing(
                    work, clock.signature(), segment, form.texts("subject"), form.texts("body")
                )
                mailing_id = mailing.id
            return redirect(url_for(".letter", mailing_id=mailing_id))
        except Refusal as refusal:
            form.show(refusal)
    sent = queries.sent_mailings(session(), current_user.person_id)
    page = render_template("review/letters.html", form=form, sent=sent)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/desk/review/letters/<int:mailing_id>")
@requires(P.REVIEW)
def letter(mailing_id: int) -> str:
    """The letter as one of its readers will get it, and how many there are."""
    return _look(service.get_mailing(session(), clock.signature(), mailing_id))


@blueprint.post("/desk/review/letters/<int:mailing_id>/send")
@requires(P.REVIEW)
def send_letter(mailing_id: int) -> Answer:
    """Send it, once."""
    try:
        with transaction() as work:
            number = service.send_mailing(work, clock.signature(), mailing_id)
    except Refusal as refusal:
        mailing = service.get_mailing(session(), clock.signature(), mailing_id)
        return _look(mailing, said=sentence(refusal)), 422
    flash(ngettext("%(num)d letter is on its way.", "%(num)d letters are on their way.", number))
    return redirect(url_for(".letters"))


def _look(mailing: Mailing, said: str = "") -> str:
    by = clock.signature()
    some = service.some_recipient(session(), by, mailing)
    language, data = service.letter_data(mailing, [some]) if some else ("ru", {})
    return render_template(
        "review/letter.html",
        mailing=mailing,
        number=service.count_recipients(session(), by, mailing),
        language=language,
        letter=data,
        most=service.MOST_RECIPIENTS,
        said=said,
    )


def _form() -> LetterForm:
    form = LetterForm()
    rows = queries.cycles_with_files(session(), areas_of(clock.actor(), P.REVIEW))
    form.cycle.choices = _once((str(row.cycle_id), row.cycle) for row in rows)
    form.area.choices = [("", ""), *_once((str(row.area_id), row.area) for row in rows)]
    return form


def _once(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(value, i18n.local(names)) for value, names in dict(pairs).items() if names]
