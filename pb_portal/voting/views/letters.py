"""Finishing later, with one reminder for those who want it."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, request, url_for

from pb_portal.db import session, transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.voting import queries
from pb_portal.voting.forms import LetterForm
from pb_portal.voting.service import letters
from pb_portal.voting.views import blueprint, visit
from pb_portal.voting.views.booth import Booth, enter
from pb_portal.voting.views.visit import Answer
from pb_portal.web import clock, i18n, limits
from pb_portal.web.guard import public


def letter_form() -> LetterForm:
    """The form for an address; with a phone where text messages can be sent."""
    form = LetterForm()
    if visit.settings().sms_gateway_url or visit.settings().letters_boxed:
        form.offer_phone()
    return form


@blueprint.route("/c/<slug>/vote/later", methods=["GET", "POST"])
@limits.acts("letters", methods=["POST"])
@limits.of_cycle("vote_letters", methods=["POST"])
@public
def later(slug: str) -> Answer:
    """Leaving an unfinished ballot: what is kept, and one reminder for those who want it."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return booth
    if request.form.get("go") == "drop":
        with transaction() as work:
            letters.take_back_reminder(work, booth.poll, booth.voter)
        return redirect(url_for(".later", slug=slug))
    form = letter_form()
    if form.validate_on_submit():
        try:
            _ask(booth, form)
            return redirect(url_for(".later", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
    return _later_page(booth, form), 422 if form.is_submitted() else 200


def _ask(booth: Booth, form: LetterForm) -> None:
    reader = letters.Reader(form.channel, form.recipient, i18n.language())
    with transaction() as work:
        letters.ask_reminder(work, booth.poll, booth.voter, reader, _day(booth))


def _day(booth: Booth) -> date | None:
    days = visit.settings().vote_reminder_days
    return letters.reminder_day(booth.phase.ends_at, days, clock.now(), clock.city_zone())


def _later_page(booth: Booth, form: LetterForm) -> str:
    key = booth.voter.voter_key
    return render_template(
        "voting/later.html",
        cycle=booth.cycle,
        phase=booth.phase,
        form=form,
        marked=len(booth.marks.choices),
        voted=queries.find_participation(session(), booth.cycle.id, key) is not None,
        asked=letters.has_reminder(session(), booth.poll, key),
        day=_day(booth),
    )
