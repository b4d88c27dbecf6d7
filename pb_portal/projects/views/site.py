"""An update in thirty seconds from a phone on the site. Works without a network and without
scripts; what was kept on the phone is told apart by its key, so that it never counts twice."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as Answer

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.projects import forms, queries, service
from pb_portal.projects.models import Project, ProjectPhoto
from pb_portal.projects.rules import FINISHED
from pb_portal.projects.views.acts import read_photos
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.views.settings import updates_wait
from pb_portal.web import clock, storage
from pb_portal.web.guard import requires

CAMERA = {"geolocation": "(self)", "camera": "(self)", "microphone": "()"}
"""What this one page may use of the phone."""
PAGES = "/desk/site/"


@blueprint.route("/desk/site/<int:number>", methods=["GET", "POST"])
@requires(P.DELIVER)
def site(number: int) -> str | tuple[str, int] | Answer:
    """Photos, one line, a percentage."""
    project = queries.get_project(session(), number)
    if not service.may_change(clock.actor(), project):
        raise Forbidden(P.DELIVER)
    fresh = {"progress": project.progress, "sent_key": secrets.token_urlsafe(16)}
    form = forms.SiteForm(meta={"csrf": False}, data=fresh)
    form.stage.choices = forms.stages()
    if not form.is_submitted():
        return _page(project, form)
    if form.validate():
        try:
            read_photos(form)
            with transaction() as work:
                update = _send(work, queries.get_to_change(work, number), form)
                waits = update.published_at is None
            return _sent(number, waits=waits)
        except Refusal as refusal:
            form.show(refusal)
    if _wants_json():
        errors = [text for field in form for text in field.errors] + list(form.form_errors)
        return jsonify(errors=[str(text) for text in errors]), 422  # type: ignore[return-value]
    return _page(queries.get_project(session(), number), form), 422


site.talisman_view_options = {"permissions_policy": CAMERA}  # type: ignore[attr-defined]


def _send(work: Any, project: Project, form: Any) -> Any:
    return service.send_update(
        work,
        clock.signature(),
        project,
        form.picture.data or [],
        body=form.body.data,
        progress=form.progress.data,
        stage=form.stage.data,
        root=storage.root(),
        most_bytes=storage.most_bytes(),
        sent_key=form.sent_key.data or "",
        head_first=updates_wait(),
    )


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def _sent(number: int, *, waits: bool) -> Answer:
    words = _("Sent. The head reads it first.") if waits else _("Published. Thank you.")
    if _wants_json():
        return jsonify(text=str(words))
    flash(words, "success")
    return redirect(url_for(".site", number=number))


def _page(project: Project, form: Any) -> str:
    """The page with the newest photo of each stage to stand where it was taken."""
    old: dict[str, ProjectPhoto] = {}
    for photo in project.photos:
        if photo.stage != "before" or "before" not in old:
            old[photo.stage] = photo
    guide = old.get("before") or old.get("during")
    return render_template(
        "projects/site.html",
        project=project,
        form=form,
        guide=guide,
        finished=project.status in FINISHED,
    )


@blueprint.get("/desk/site/token")
@requires(P.DELIVER)
def site_token() -> Answer:
    """The token with which kept updates are sent; asked for when the network is back."""
    return jsonify(token=generate_csrf())


@blueprint.get("/desk/site/worker.js")
@requires(P.DELIVER)
def site_worker() -> Response:
    """The service worker that opens this page without a network. It serves nothing else."""
    source = Path(current_app.static_folder or "") / "src" / "js" / "site_worker.js"
    return Response(source.read_text("utf-8"), content_type="text/javascript; charset=utf-8")
