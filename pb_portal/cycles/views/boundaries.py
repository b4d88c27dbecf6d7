"""Boundaries of districts from a file: first looked at, then taken over."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles import districts
from pb_portal.cycles.catalogue_forms import BoundariesForm
from pb_portal.cycles.views import blueprint
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.places.boundaries import Boundary, Reading, read_boundaries
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.i18n import local
from pb_portal.web.phrases import phrase

Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/catalogues/areas/boundaries", methods=["GET", "POST"])
@requires(P.ADMINISTER)
def boundaries() -> Answer:
    """A file of boundaries is read and drawn; a second press takes over what was drawn."""
    form = BoundariesForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    sent = request.form.get("do") == "take"
    status = 200
    try:
        if sent:
            return _take(form)
        upload = form.file.data
        data = upload.read() if upload else b""
        return _page(form, read_boundaries(data, districts.areas_of(session())))
    except Conflict as conflict:
        status = 409
        form.show(conflict)
    except Refusal as refusal:
        status = 422
        form.show(refusal)
    return _page(form), status


def _take(form: BoundariesForm) -> Response:
    try:
        seen = {int(key): int(value) for key, value in json.loads(form.seen.data or "{}").items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Refusal("boundary.unreadable") from None
    reading = read_boundaries((form.text.data or "").encode(), districts.areas_of(session()))
    with transaction() as work:
        changed = districts.take_boundaries(work, clock.signature(), reading, seen)
    flash(_("Boundaries are taken over: %(num)d districts changed.", num=changed), "success")
    return redirect(url_for(".catalogue", kind="areas"))


def _page(form: BoundariesForm, reading: Reading | None = None) -> str:
    areas = districts.areas_of(session())
    found = reading.found if reading else []
    if reading and not reading.faults:
        form.text.data = _text(found)
        form.seen.data = json.dumps({area.id: area.version for area in areas})
    named = {area.id: local(area.names) for area in areas}
    return render_template(
        "cycles/boundaries.html",
        form=form,
        reading=reading,
        rows=[(one, named.get(one.area_id or 0)) for one in found],
        faults=[
            (place, phrase(code, **figures)) for place, code, figures in sorted_faults(reading)
        ],
        drawing=[_drawn(one) for one in found]
        or [
            {"slug": a.code, "name": local(a.names), "outline": a.outline, "url": _entry(a.id)}
            for a in areas
        ],
    )


def sorted_faults(reading: Reading | None) -> list[tuple[int, str, dict[str, Any]]]:
    """Faults in the order of the file."""
    return sorted(reading.faults, key=lambda fault: fault[0]) if reading else []


def _drawn(one: Boundary) -> dict[str, Any]:
    return {
        "slug": one.code,
        "name": local(one.names),
        "outline": one.outline,
        "url": _entry(one.area_id) if one.area_id else "#boundaries",
    }


def _entry(area_id: int) -> str:
    return url_for(".catalogue_entry", kind="areas", entry_id=area_id)


def _text(found: list[Boundary]) -> str:
    """The districts as they would be taken over, small enough for the second press."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": one.code, "names": one.names},
            "geometry": one.outline,
        }
        for one in found
    ]
    value = {"type": "FeatureCollection", "features": features}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
