"""Scans of a batch, for those who work on it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.files import service as files
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.forms import ScanForm
from pb_portal.voting.paper.service.scans import demand_worker
from pb_portal.voting.paper.views import blueprint
from pb_portal.voting.paper.views.batches import batch_page
from pb_portal.voting.paper.views.parts import Answer, shown
from pb_portal.web import clock, storage
from pb_portal.web.guard import requires


@blueprint.post("/desk/polling/batches/<int:batch_id>/scans")
@requires(P.KEY_PAPER)
def add_scan(batch_id: int) -> Answer:
    """Attach a scan. It is read before the write transaction, which it would hold up."""
    form = ScanForm()
    try:
        demand_worker(clock.signature(), queries.get_batch(session(), batch_id))
        read = _read(form.scan.data)
        with transaction() as work:
            by = clock.signature()
            held = queries.lock_batch(work, batch_id)
            keep = files.keep_document if isinstance(read, files.Document) else files.keep_picture
            stored = keep(work, by, read, root=storage.root())  # type: ignore[arg-type]
            service.add_scan(work, by, held, stored)
    except Refusal as refusal:
        refusal.field = "scan"
        status = shown(form, refusal)
        return batch_page(batch_id, scan=form), status
    flash(_("The scan is attached."), "success")
    return redirect(url_for(".batch", batch_id=batch_id))


def _read(sent: FileStorage | None) -> files.Picture | files.Document:
    if not sent or not sent.filename:
        raise Refusal("file.empty")
    return files.read_scan(sent.stream, sent.filename, most_bytes=storage.most_bytes())


@blueprint.get("/desk/polling/batches/<int:batch_id>/scans/<int:scan_id>")
@requires(P.KEY_PAPER)
def scan(batch_id: int, scan_id: int) -> Response:
    """A scan without anything the camera wrote beside the picture."""
    held = queries.get_batch(session(), batch_id)
    demand_worker(clock.signature(), held)
    found = queries.get_scan(session(), held, scan_id)
    content = storage.root().get(files.name_of(found.file))
    if content is None:
        raise Missing("file")
    return Response(
        content,
        mimetype=found.file.media_type,
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "attachment"},
    )
