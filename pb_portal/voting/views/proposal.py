"""One proposal in full, or two or three side by side, without losing the ballot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from pb_portal.proposals import labels
from pb_portal.proposals.models import Proposal
from pb_portal.voting import looking
from pb_portal.voting.forms import EmptyForm
from pb_portal.voting.views import blueprint
from pb_portal.voting.views.booth import Booth, enter
from pb_portal.voting.views.visit import READING, Answer
from pb_portal.web.guard import public
from pb_portal.web.phrases.proposals import unit_name


@blueprint.get("/c/<slug>/vote/proposal")
@public
def proposal(slug: str) -> Answer:
    """Everything about the proposal that was opened, and its control."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return booth
    found = next((one for one in booth.papers if one.number in _reading()), None)
    if found is None:
        return _back(slug)
    return render_template(
        "voting/proposal.html",
        paper=found,
        points=looking.points_of([found], ()),
        money_in=labels.currency(booth.cycle),
        unit_name=unit_name,
        **_about(booth, [found]),
    )


@blueprint.get("/c/<slug>/vote/compare")
@public
def compare(slug: str) -> Answer:
    """Two or three proposals side by side, each with its control."""
    booth = enter(slug)
    if not isinstance(booth, Booth):
        return booth
    papers = [one for one in booth.papers if one.id in _reading()]
    if not papers:
        return _back(slug)
    return render_template("voting/compare.html", papers=papers, **_about(booth, papers))


def _reading() -> list[int]:
    found = cookie.get(READING)
    return found if isinstance(found, list) else []


def _back(slug: str) -> Response:
    return redirect(url_for(".ballot", slug=slug, **looking.look_of(request.args).args()))


def _about(booth: Booth, papers: Sequence[Proposal]) -> dict[str, Any]:
    sheet = booth.sheet()
    here = {one.id for one in papers}
    return {
        "cycle": booth.cycle,
        "look": looking.look_of(request.args),
        "sheet": sheet,
        "kept": [one for one in booth.papers if one.id in sheet.marks and one.id not in here],
        "form": EmptyForm(formdata=None),
    }
