"""Help desks: the staff's page, and what every page of the vote may show of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb_portal.cycles.models import Cycle
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.places.models import Area
from pb_portal.places.queries import districts
from pb_portal.register import queries, service
from pb_portal.register.forms import DeskForm
from pb_portal.register.models import HelpDesk
from pb_portal.register.views.common import Answer, blueprint
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires


@blueprint.app_template_global("help_desks")
def help_desks(cycle: Cycle) -> Sequence[tuple[HelpDesk, Area | None]]:
    """Where people of a cycle's areas get help."""
    return queries.help_desks(session(), [part.area_id for part in cycle.areas])


@blueprint.get("/desk/help-desks")
@requires(P.KEEP_DESKS)
def desks() -> str:
    """Every help desk."""
    return render_template("register/desks.html", desks=queries.help_desks(session()))


@blueprint.route("/desk/help-desks/new", methods=["GET", "POST"])
@requires(P.KEEP_DESKS)
def add_desk() -> Answer:
    """A new one."""
    return _edit(None)


@blueprint.route("/desk/help-desks/<int:desk_id>", methods=["GET", "POST"])
@requires(P.KEEP_DESKS)
def change_desk(desk_id: int) -> Answer:
    """Change one."""
    return _edit(queries.get_desk(session(), desk_id))


def _edit(desk: HelpDesk | None) -> Answer:
    form = _form(desk)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                kept = queries.get_desk(work, desk.id) if desk else None
                service.change_desk(work, clock.signature(), kept, _data(form))
            flash(_("Saved."), "success")
            return redirect(url_for(".desks"))
        except Refusal as refusal:
            form.show(refusal)
    page = render_template("register/desk.html", form=form, desk=desk, languages=i18n.LOCALES)
    return page, 422 if form.is_submitted() else 200


def _form(desk: HelpDesk | None) -> DeskForm:
    data: dict[str, object] = {}
    if desk is not None:
        data = {"area": desk.area_id or 0, "phone": desk.phone}
        for what in ("names", "addresses", "hours"):
            texts: dict[str, str] = getattr(desk, what)
            data.update({f"{what}_{code}": text for code, text in texts.items()})
    form = DeskForm(data=data)
    areas = [(area.id, i18n.local(area.names)) for area in districts(session())]
    form.area.choices = [(0, _("The whole city")), *areas]
    return form


def _data(form: DeskForm) -> service.DeskData:
    return service.DeskData(
        form.area.data or None,
        form.texts("names"),
        form.texts("addresses"),
        form.texts("hours"),
        form.phone.data or "",
    )


@blueprint.post("/desk/help-desks/<int:desk_id>/remove")
@requires(P.KEEP_DESKS)
def remove_desk(desk_id: int) -> Answer:
    """Take one off the page."""
    with transaction() as work:
        service.remove_desk(work, clock.signature(), queries.get_desk(work, desk_id))
    flash(_("Removed."), "success")
    return redirect(url_for(".desks"))
