"""Help on the spot: the operator types, is signed out, and the device is the voter's alone."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask import session as cookie

from pb_portal.accounts import login
from pb_portal.cycles.models import Cycle
from pb_portal.db import transaction
from pb_portal.domain import identity
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.register.identity import PROVIDERS
from pb_portal.register.identity.operator import Seen
from pb_portal.voting import service
from pb_portal.voting.forms import EmptyForm, HelpForm
from pb_portal.voting.views import blueprint, progress, visit, ways
from pb_portal.voting.views.visit import KIOSK, Answer
from pb_portal.web import clock, limits
from pb_portal.web.guard import public, requires


@blueprint.route("/desk/cycles/<slug>/help-voter", methods=["GET", "POST"])
@limits.tries("identity", methods=["POST"])
@requires(P.HELP_VOTERS)
def help_voter(slug: str) -> Answer:
    """The operator looks at the document and types its data; then the device is handed over."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    offered = identity.OPERATOR in ways.offered(cycle)
    form = HelpForm()
    if offered and form.validate_on_submit():
        try:
            with ways.paced():
                token = _assist(cycle, form)
        except Refusal as refusal:
            form.show(refusal)
        else:
            return _hand_over(cycle, token)
    page = render_template("voting/help_voter.html", cycle=cycle, form=form, offered=offered)
    return page, 422 if form.is_submitted() else 200


def _assist(cycle: Cycle, form: HelpForm) -> str:
    poll = visit.poll_of(cycle)
    seen = Seen(form.iin.data, form.born, clock.today())
    provider = PROVIDERS[identity.OPERATOR]
    with transaction() as work:
        proved = provider.prove(work, clock.signature(), ways.desk(cycle), seen, poll.rules)
        return service.open_voter(work, poll, proved, clock.now())


def _hand_over(cycle: Cycle, token: str) -> Answer:
    """End the operator's session on the server before the voter's begins in this browser."""
    cycle_id, slug = cycle.id, cycle.slug
    login.leave()
    ways.begin(token)
    cookie[KIOSK] = 1
    progress.reached(cycle_id, "start")
    progress.reached(cycle_id, "proved", identity.OPERATOR)
    return redirect(url_for(".desk_welcome", slug=slug))


@blueprint.get("/c/<slug>/vote/desk")
@public
def desk_welcome(slug: str) -> Answer:
    """For the voter at the desk: nobody else is signed in here, and how the visit ends."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    voter = visit.find_voter(cycle)
    if voter is None or not cookie.get(KIOSK):
        return visit.to_start(slug)
    return render_template("voting/desk_welcome.html", cycle=cycle, form=EmptyForm(formdata=None))


@blueprint.get("/c/<slug>/vote/desk/thanks")
@public
def desk_thanks(slug: str) -> Answer:
    """The visit is over: the device goes back to the operator, who signs in anew."""
    cycle, _phase = visit.get_vote(slug)
    onward = url_for(".help_voter", slug=slug)
    return render_template("voting/desk_thanks.html", cycle=cycle, onward=onward)
