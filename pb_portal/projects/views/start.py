"""The winners of a cycle become projects."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase, get_cycle
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.projects import service
from pb_portal.projects.forms import StartForm
from pb_portal.projects.service.start import usual_promise
from pb_portal.projects.views.base import blueprint
from pb_portal.results.queries import certified_run
from pb_portal.web import clock
from pb_portal.web.guard import requires


@blueprint.route("/desk/cycles/<slug>/projects", methods=["GET", "POST"])
@requires(P.START_PROJECTS)
def start(slug: str) -> str | tuple[str, int] | Response:
    """One button: every winner that is no project yet becomes one."""
    cycle = get_cycle(session(), slug)
    form = StartForm(meta={"csrf": False}, data={"promised_on": _promise(cycle)})
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                made = service.start_from_winners(
                    work,
                    clock.signature(),
                    get_cycle(work, slug),
                    promised_on=form.promised_on.data,
                )
            flash(_done(len(made)), "success")
            return redirect(url_for(".start", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return _page(get_cycle(session(), slug), form), status


def _page(cycle: Cycle, form: StartForm) -> str:
    rows = service.winners(session(), cycle.id)
    return render_template(
        "projects/start.html",
        cycle=cycle,
        form=form,
        rows=rows,
        waiting=[proposal for proposal, number in rows if number is None],
        certified=certified_run(session(), cycle.id) is not None,
    )


def _promise(cycle: Cycle) -> object:
    """The last day of delivery as the city's calendar has it."""
    delivery = find_phase(cycle, PhaseKind.DELIVERY)
    if delivery is None:
        return usual_promise(cycle)
    return delivery.ends_at.astimezone(clock.city_zone()).date()


def _done(number: int) -> str:
    return str(
        ngettext(
            "%(num)d winner has become a project.", "%(num)d winners have become projects.", number
        )
    )
