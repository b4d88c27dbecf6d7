"""The registrar's pages: papers entered, entering one, sending a returned one again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from pb_portal.accounts.privacy import opened
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.files import service as files
from pb_portal.files.models import StoredFile
from pb_portal.proposals import service as proposals
from pb_portal.proposals.models import PaperApplication
from pb_portal.proposals.service import Entered, PaperLine
from pb_portal.proposals.service.estimate import UNITS
from pb_portal.proposals.service.revisions import find_revision
from pb_portal.review import queries
from pb_portal.review.forms import paper as forms
from pb_portal.review.forms.paper import ROWS, PaperForm
from pb_portal.review.forms.typed import plain
from pb_portal.review.views import blueprint
from pb_portal.web import clock, i18n, storage
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.proposals import unit_name

Answer = str | tuple[str, int] | Response
PAGE = 50


@blueprint.get("/desk/paper")
@requires(P.KEEP_REGISTER)
def papers() -> str:
    """Papers that were entered, the newest first."""
    rows = queries.papers(session(), before_id=asked_row("before"), limit=PAGE + 1)
    return render_template(
        "review/papers.html",
        page=page_of(rows, PAGE, lambda row: row.proposal_id),
        cycles=open_cycles(session()),
        shown=_may_read,
    )


def _may_read(held: PaperApplication) -> bool:
    """Contacts are plain to who entered them, and to who opened them by the button."""
    mine = held.registrar_id == clock.actor().person_id
    return mine or opened.is_open("paper", held.proposal_id)


@blueprint.post("/desk/paper/<int:proposal_id>/open")
@requires(P.KEEP_REGISTER)
def open_paper(proposal_id: int) -> Response:
    """Show the contacts and the scan of a paper; the applicant can see who looked."""
    with transaction() as work:
        held = proposals.get_paper(work, proposal_id)
        author = held.proposal.author_id
        opened.open_data(work, "paper", proposal_id, person_id=author, subject="paper")
    return redirect(url_for(".papers"))


@blueprint.route("/desk/paper/<slug>/new", methods=["GET", "POST"])
@requires(P.KEEP_REGISTER)
def enter_paper(slug: str) -> Answer:
    """Enter one paper."""
    cycle = cycles.get_cycle(session(), slug)
    form, lines, errors = PaperForm(), forms.typed_lines(request.form), {}
    _choices(form, cycle)
    if form.is_submitted() and form.validate():
        try:
            return _entered(_enter(cycle.id, form, lines))
        except Refusal as refusal:
            errors = show(form, refusal)
            cycle = cycles.get_cycle(session(), slug)
    if not form.is_submitted():
        form.received_on.data = clock.today()
    return _form_page(form, cycle, lines, errors), 422 if form.is_submitted() else 200


@blueprint.route("/desk/paper/<int:proposal_id>/rework", methods=["GET", "POST"])
@requires(P.KEEP_REGISTER)
def rework_paper(proposal_id: int) -> Answer:
    """Send a returned paper again with what its author changed."""
    held = proposals.get_paper(session(), proposal_id)
    copy = find_revision(session(), proposal_id)
    if copy is None or held.claimed_at is not None:
        raise Missing("paper")
    sent = request.method == "POST"
    form = PaperForm() if sent else PaperForm.of(held, copy)
    quantities = {line.id: plain(line.quantity) for line in copy.lines}
    lines = forms.typed_lines(request.form) if sent else forms.lines_of(copy.lines, quantities)
    errors: dict[str, str] = {}
    _choices(form, copy.cycle)
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                paper = form.paper([line for line in lines if forms.begun(line)])
                proposals.send_paper_again(work, clock.signature(), proposal_id, paper)
            flash(_("Sent again."), "success")
            return redirect(url_for(".papers"))
        except Refusal as refusal:
            errors = show(form, refusal)
            held = proposals.get_paper(session(), proposal_id)
    page = _form_page(form, held.proposal.cycle, lines, errors, held=held)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/desk/paper/<int:proposal_id>/scan")
@requires(P.KEEP_REGISTER)
def paper_scan(proposal_id: int) -> Response:
    """The scan of a paper, for registrars alone, once it is opened by the button."""
    held = proposals.get_paper(session(), proposal_id)
    if not _may_read(held):
        return redirect(url_for(".papers"))
    content = storage.root().get(files.name_of(held.scan)) if held.scan else None
    if held.scan is None or content is None:
        raise Missing("file")
    return Response(
        content,
        mimetype=held.scan.media_type,
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "attachment"},
    )


def open_cycles(current: Session) -> list[Cycle]:
    """Cycles whose papers are entered now."""
    by = clock.signature()
    return [one for one in queries.own_cycles(current) if proposals.accepts_paper(one, by)]


def show(form: PaperForm, refusal: Refusal) -> dict[str, str]:
    """A refusal beside its field; of a line of the estimate, by the name of its field."""
    for name in ("first", "last"):
        if name in refusal.params:
            refusal.params[name] = i18n.day(refusal.params[name])
    if refusal.field and refusal.field.startswith("line"):
        return {refusal.field: sentence(refusal)}
    form.show(refusal)
    return {}


def _enter(cycle_id: int, form: PaperForm, lines: list[PaperLine]) -> Entered:
    """Read the scan before the write transaction, which it would hold up."""
    scanned = _read_scan(form.scan.data)
    paper = form.paper([line for line in lines if forms.begun(line)])
    with transaction() as work:
        by = clock.signature()
        scan = _keep_scan(work, scanned)
        cycle = work.get_one(Cycle, cycle_id)
        return proposals.enter_paper(work, by, cycle, paper, clock.city_zone(), scan)


def _read_scan(sent: FileStorage | None) -> files.Picture | files.Document | None:
    if not sent or not sent.filename:
        return None
    try:
        return files.read_scan(sent.stream, sent.filename, most_bytes=storage.most_bytes())
    except Refusal as refusal:
        refusal.field = "scan"
        raise


def _keep_scan(work: Session, scanned: files.Picture | files.Document | None) -> StoredFile | None:
    by, root = clock.signature(), storage.root()
    if isinstance(scanned, files.Document):
        return files.keep_document(work, by, scanned, root=root)
    return files.keep_picture(work, by, scanned, root=root) if scanned else None


def _entered(done: Entered) -> str:
    proposal = done.proposal
    held = proposals.get_paper(session(), proposal.id)
    return render_template("review/paper_done.html", proposal=proposal, held=held, code=done.code)


def _choices(form: PaperForm, cycle: Cycle) -> None:
    kinds = cycles.categories(session())
    form.category.choices = [
        ("", pgettext("list", "Choose")),
        *((one.id, i18n.local(one.names)) for one in kinds),
    ]
    outlined = any(part.area.outline for part in cycle.areas)
    named = (
        [] if outlined else [(part.area_id, i18n.local(part.area.names)) for part in cycle.areas]
    )
    form.area.choices = [("", pgettext("list", "Choose")), *named] if named else []


def _form_page(
    form: PaperForm,
    cycle: Cycle,
    lines: list[PaperLine],
    errors: dict[str, str],
    **about: Any,
) -> str:
    works: dict[str, list[tuple[int, str]]] = {}
    kinds = {one.id: i18n.local(one.names) for one in cycles.categories(session(), retired=True)}
    for work in cycles.typical_works(session()):
        title = f"{i18n.local(work.names)}, {unit_name(work.unit)}"
        works.setdefault(kinds[work.category_id], []).append((work.id, title))
    return render_template(
        "review/paper.html",
        form=form,
        cycle=cycle,
        lines=[*lines, *(PaperLine(None, "") for _ in range(ROWS - len(lines)))],
        errors=errors,
        works=works,
        units=UNITS,
        unit_name=unit_name,
        **{"held": None, **about},
    )
