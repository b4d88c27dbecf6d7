"""The administrator's list of words that stop a comment."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals import queries, service
from pb_portal.review.forms import WordForm
from pb_portal.review.views import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.phrases.comments import word_effect, word_language

Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/words", methods=["GET", "POST"])
@requires(P.ADMINISTER)
def words() -> Answer:
    """The list with its history; adding a word."""
    form = WordForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    try:
        with transaction() as work:
            service.add_word(
                work,
                clock.signature(),
                word=form.word.data or "",
                language=form.language.data,
                effect=form.effect.data,
                whole=form.whole.data,
                reason=form.reason.data or "",
            )
    except Refusal as refusal:
        form.show(refusal)
        return _page(form), 422
    flash(_("The word is on the list from now on."), "success")
    return redirect(url_for(".words"))


@blueprint.post("/desk/words/<int:word_id>/remove")
@requires(P.ADMINISTER)
def remove_word(word_id: int) -> Response:
    """Take a word off the list."""
    with transaction() as work:
        service.remove_word(work, clock.signature(), word_id)
    flash(_("The word is off the list. The history keeps it."), "success")
    return redirect(url_for(".words"))


def _page(form: WordForm) -> str:
    return render_template(
        "review/words.html",
        form=form,
        listed=queries.comments.blocked_words(session()),
        removed=queries.comments.blocked_words(session(), removed=True),
        word_effect=word_effect,
        word_language=word_language,
    )
