"""Proving who votes by a code on paper and the data of the identity document, on one page."""

from __future__ import annotations

from flask import render_template

from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.register.identity.paper_code import Held
from pb_portal.voting.forms import PaperCodeForm
from pb_portal.voting.views import blueprint, progress, visit, ways
from pb_portal.voting.views.visit import Answer
from pb_portal.web import limits
from pb_portal.web.guard import public


@blueprint.route("/c/<slug>/vote/paper-code", methods=["GET", "POST"])
@limits.tries("identity", methods=["POST"], free_when=ways.holds_paper_code)
@public
def paper_code(slug: str) -> Answer:
    """Who votes, and the code they hold."""
    door = ways.door(slug, identity.PAPER_CODE)
    if not isinstance(door, ways.Door):
        return door
    form = PaperCodeForm()
    if form.validate_on_submit():
        refusal = _prove(door, form)
        if refusal is None:
            return ways.to_ballot(slug)
        if refusal.code != "identity.not_matched":
            return visit.refused_page(door.cycle, refusal)
        form.show(refusal)
    progress.reached(door.cycle.id, "start")
    page = render_template(
        "voting/paper_code.html",
        cycle=door.cycle,
        phase=door.phase,
        form=form,
        back=ways.back_from(door.cycle),
        samples=visit.sample_voters(slug),
    )
    return page, 422 if form.is_submitted() else 200


def _prove(door: ways.Door, form: PaperCodeForm) -> Refusal | None:
    progress.reached(door.cycle.id, "asked")
    with ways.paced():
        held = Held(form.iin.data, form.born, form.plain_code)
        return ways.prove(door.cycle, identity.PAPER_CODE, held)
