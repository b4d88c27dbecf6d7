"""What heads of delivery do: read news before residents do, and say whose news they read."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.files import service as files
from pb_portal.projects import forms, queries, service
from pb_portal.projects.models import ProjectUpdate
from pb_portal.projects.queries import heads
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.views.settings import updates_wait
from pb_portal.web import clock, storage
from pb_portal.web.guard import requires

Page = str | tuple[str, int] | Answer


@blueprint.route("/desk/projects/<int:number>/news/<int:update_id>", methods=["GET", "POST"])
@requires(P.OVERSEE)
def reading(number: int, update_id: int) -> Page:
    """One update that waits: publish it or return it with a remark."""
    _update(number, update_id)
    form = forms.ReadingForm(meta={"csrf": False})
    if form.is_submitted() and form.validate():
        publish = request.form.get("decision") == "publish"
        try:
            with transaction() as work:
                service.decide_update(
                    work,
                    clock.signature(),
                    queries.get_to_change(work, number),
                    update_id,
                    publish=publish,
                    remark=form.remark.data or "",
                )
            flash(_("Published.") if publish else _("Returned to the manager."), "success")
            return redirect(url_for(".today", whose="all"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("projects/reading.html", update=_update(number, update_id), form=form), (
        status
    )


def _update(number: int, update_id: int) -> ProjectUpdate:
    found = heads.get_update(session(), number, update_id)
    demand(clock.actor(), P.OVERSEE, area_id=found.project.area_id)
    return found


@blueprint.get("/desk/projects/<int:number>/photos/<int:photo_id>")
@requires(P.OVERSEE)
def waiting_photo(number: int, photo_id: int) -> Response:
    """A photo the public does not see yet."""
    photo = heads.get_photo(session(), number, photo_id)
    demand(clock.actor(), P.OVERSEE, area_id=queries.get_project(session(), number).area_id)
    content = storage.root().get(files.name_of(photo.file))
    if content is None:
        raise Missing("file")
    response = Response(content, mimetype=photo.file.media_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/desk/projects/managers", methods=["GET", "POST"])
@requires(P.OVERSEE)
def managers() -> Page:
    """Whose news the head reads first."""
    if request.method == "POST":
        person_id = request.form.get("person", type=int)
        if person_id is None or person_id >= 2**31:
            abort(400)
        with transaction() as work:
            service.set_approval(
                work,
                clock.signature(),
                person_id,
                needs_approval=request.form.get("first") == "1",
            )
        flash(_("Saved."), "success")
        return redirect(url_for(".managers"))
    rows: list[Any] = heads.managers(session(), clock.actor())
    return render_template("projects/managers.html", rows=rows, usual=updates_wait())
