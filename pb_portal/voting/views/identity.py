"""Where a vote begins and ends: the choice of a way to prove who votes, help, and “Finish”."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import transaction
from pb_portal.domain import identity
from pb_portal.voting import service
from pb_portal.voting.forms import WayForm
from pb_portal.voting.views import blueprint, by_phone, empty_ballots, progress, visit, ways
from pb_portal.voting.views.visit import KIOSK, TOKEN, Answer
from pb_portal.web import limits
from pb_portal.web.guard import public


@blueprint.route("/c/<slug>/vote", methods=["GET", "POST"])
@limits.visits("identity", methods=["POST"])
@public
def start(slug: str) -> Answer:
    """What is needed, and which way to prove who votes; a single way begins at once.

    A code to the phone, which most people take, begins here, so that no page is spent on choosing;
    the other ways stand under it.
    """
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    if nothing := empty_ballots.nothing_page(cycle):
        return nothing
    found = ways.offered(cycle)
    if found == [identity.PHONE] or (identity.PHONE in found and request.method == "GET"):
        return by_phone.data_page(cycle, phase)
    if len(found) < 2:
        return redirect(ways.page_of(found[0] if found else identity.OPERATOR, slug))
    return _choose_way(cycle, phase, found)


def _choose_way(cycle: Cycle, phase: Phase, found: list[str]) -> Answer:
    form, words = WayForm(), ways.words()
    form.way.choices = [(way, words[way][0]) for way in found]
    if form.validate_on_submit():
        return redirect(ways.page_of(form.way.data, cycle.slug))
    progress.reached(cycle.id, "start")
    page = render_template(
        "voting/choose_way.html",
        cycle=cycle,
        phase=phase,
        rules=visit.poll_of(cycle).rules,
        form=form,
        notes={way: words[way][1] for way in found},
        over="over" in request.args,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/c/<slug>/vote/help")
@public
def help_desk(slug: str) -> Answer:
    """What to bring, and where, when the register does not know a person."""
    cycle, phase = visit.get_vote(slug)
    return render_template("voting/help.html", cycle=cycle, phase=phase)


@blueprint.post("/c/<slug>/vote/leave")
@public
def leave(slug: str) -> Response:
    """Finish the visit: nothing about it stays in this browser or on the server."""
    token = cookie.get(TOKEN, "")
    if token:
        with transaction() as work:
            service.close_voter(work, token)
    ways.forget()
    cookie.pop(progress.SEEN, None)
    if cookie.pop(KIOSK, None):
        return redirect(url_for(".desk_thanks", slug=slug))
    return redirect(url_for("cycles.show", slug=slug))
