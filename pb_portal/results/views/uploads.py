"""Loading published elections of other cities, to learn from them and to try rules on."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from pb_portal.db import transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.results import imports, uploads
from pb_portal.results.forms import UploadForm
from pb_portal.results.views import blueprint
from pb_portal.tally import ElectionError
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires


@blueprint.route("/desk/import", methods=["GET", "POST"])
@limits.visits("uploads", methods=["POST"], by_line=False)
@requires(P.STEER_CYCLE)
def load() -> str | tuple[str, int] | Response:
    """A .pb file becomes a past cycle; an archive as many as it has files, all or none."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            made = _load(form.file.data.read(), form.slug.data)
            flash(
                ngettext("%(num)s election was loaded.", "%(num)s elections were loaded.", made),
                "success",
            )
            return redirect(url_for("cycles.index"))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("results/import.html", form=form), status


def _load(data: bytes, slug: str) -> int:
    found = uploads.readings(data)
    try:
        with transaction() as work:
            for reading, own in zip(found, uploads.slugs(slug, len(found)), strict=True):
                imports.load(work, clock.signature(), reading, slug=own, zone=clock.city_zone())
    except ElectionError as error:
        raise Refusal("import.unreadable", field="file", why=str(error)) from error
    except IntegrityError as error:
        raise Refusal("import.taken", field="slug") from error
    return len(found)
