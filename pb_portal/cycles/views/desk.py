"""The commissioner's list of cycles, and freezing the rules."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles import queries, service
from pb_portal.cycles.forms import ExtensionForm, FreezeForm
from pb_portal.cycles.views import blueprint
from pb_portal.cycles.views.phases import offer_phases, phases_page
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import all_open
from pb_portal.web import clock
from pb_portal.web.guard import requires

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/cycles")
@requires(P.STAFF)
def desk() -> str:
    """Cycles with the work this person has in each."""
    at = clock.now()
    rows = [
        {
            "cycle": cycle,
            "phases": all_open(cycle.phases, at),
            "frozen": queries.rules_frozen(cycle),
        }
        for cycle in queries.all_cycles(session(), imported=False)
    ]
    return render_template("cycles/desk.html", rows=rows)


@blueprint.post("/desk/cycles/<slug>/freeze")
@requires(P.STEER_CYCLE)
def freeze(slug: str) -> Answer:
    """Freeze the rules before the clock does."""
    form = FreezeForm()
    if not form.validate():
        blank = ExtensionForm(formdata=None)
        offer_phases(blank, queries.get_cycle(session(), slug))
        return phases_page(slug, blank, form), 422
    with transaction() as work:
        service.freeze_rules(work, clock.signature(), queries.get_cycle(work, slug))
    flash(_("The rules are frozen. Their hash is on the rules page."), "success")
    return redirect(url_for(".phases", slug=slug))
