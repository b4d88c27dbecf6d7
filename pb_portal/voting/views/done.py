"""The last page: the vote is accepted, the receipt, what comes next."""

from __future__ import annotations

import segno
from flask import flash, redirect, render_template, url_for
from flask import session as cookie
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from pb_portal.db import transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.forms import LetterForm
from pb_portal.voting.service import letters
from pb_portal.voting.views import blueprint, visit
from pb_portal.voting.views.letters import letter_form
from pb_portal.voting.views.visit import RECEIPT, Answer
from pb_portal.web import i18n, limits
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/vote/done")
@public
def done(slug: str) -> Answer:
    """The vote is accepted: the receipt, and what comes next."""
    return _done_page(slug, letter_form())


def _done_page(slug: str, form: LetterForm) -> Answer:
    cycle, phase = visit.get_vote(slug)
    receipt = cookie.get(RECEIPT, "")
    if not receipt:
        return _elsewhere(slug)
    picture = segno.make(receipt, micro=False).svg_inline(light="white", omitsize=True)
    return render_template(
        "voting/done.html",
        cycle=cycle,
        phase=phase,
        rules=visit.poll_of(cycle).rules,
        receipt=receipt,
        picture=Markup(picture),  # noqa: S704 - segno draws only squares
        form=form,
    )


def _elsewhere(slug: str) -> Response:
    """Without a receipt: back to an open ballot, else to the beginning."""
    voter = visit.find_voter(visit.get_vote(slug)[0])
    if voter is None or voter.finished:
        return visit.to_start(slug)
    return redirect(url_for(".ballot", slug=slug))


@blueprint.post("/c/<slug>/vote/done")
@limits.acts("letters")
@limits.of_cycle("vote_letters")
@public
def ask_result(slug: str) -> Answer:
    """One letter when the result is certified, for somebody who has just voted."""
    cycle, _phase = visit.get_vote(slug)
    voter = visit.find_voter(cycle)
    if not cookie.get(RECEIPT) or voter is None or not voter.finished:
        return _elsewhere(slug)
    form = letter_form()
    if not form.validate_on_submit():
        page = _done_page(slug, form)
        return (page, 422) if isinstance(page, str) else page
    reader = letters.Reader(form.channel, form.recipient, i18n.language())
    try:
        with transaction() as work:
            letters.ask_result(work, visit.poll_of(cycle), voter, reader)
    except Refusal as refusal:
        form.show(refusal)
        page = _done_page(slug, form)
        return (page, 422) if isinstance(page, str) else page
    flash(_("We will write to you once, when the result is certified."), "done")
    return redirect(url_for(".done", slug=slug))


@blueprint.get("/c/<slug>/vote/done/receipt.txt")
@public
def receipt_file(slug: str) -> Answer:
    """The receipt to keep, as a file; it is taken from the visit and stands in no address."""
    cycle, _phase = visit.get_vote(slug)
    receipt = cookie.get(RECEIPT, "")
    if not receipt:
        return _elsewhere(slug)
    check = url_for(".receipt", slug=slug, _external=True)
    lines = [i18n.local(cycle.names), _("Receipt of your vote"), "", receipt, "", check]
    answer = Response("\r\n".join([*lines, ""]), mimetype="text/plain")
    answer.headers["Content-Disposition"] = "attachment; filename=receipt.txt"
    return answer
