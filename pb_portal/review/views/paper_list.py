"""Several papers from a spreadsheet: the template, the trial, the entering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.review import paper_sheets, service
from pb_portal.review.forms import SheetForm
from pb_portal.review.paper_sheets import Catalogue, ReadPapers
from pb_portal.review.views import blueprint
from pb_portal.review.views.exchange import SHOWN_ERRORS, attachment
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/paper/<slug>/list.xlsx")
@requires(P.KEEP_REGISTER)
def paper_template(slug: str) -> Response:
    """An empty list to fill in."""
    known = _catalogue(cycles.get_cycle(session(), slug))
    return attachment(paper_sheets.template(known), f"papers-{slug}.xlsx")


@blueprint.route("/desk/paper/<slug>/list", methods=["GET", "POST"])
@requires(P.KEEP_REGISTER)
def paper_list(slug: str) -> Answer:
    """Hand a list in: it is tried first and nothing is saved yet."""
    cycle, form = cycles.get_cycle(session(), slug), SheetForm()
    if not form.is_submitted():
        return _page(cycle, form)
    if not form.validate():
        return _page(cycle, form), 422
    try:
        read = paper_sheets.read_papers(form.sheet.data.read(), _catalogue(cycle))
        if not read.papers and not read.errors:
            raise Refusal("paper.list_empty")
        return _tried(slug, form, read)
    except Refusal as refusal:
        refusal.field = "sheet"
        form.show(refusal)
    return _page(cycle, form), 422


@blueprint.post("/desk/paper/<slug>/list/<int:batch_id>")
@requires(P.KEEP_REGISTER)
def apply_papers(slug: str, batch_id: int) -> Answer:
    """Enter a list that was tried; the codes are shown once."""
    with transaction() as work:
        by = clock.signature()
        batch = service.get_batch(work, by, batch_id, "paper")
        papers = [(row["row"], paper_sheets.restored(row)) for row in batch.rows]
        entered, wrong = service.apply_papers(work, by, batch, papers, clock.city_zone())
    cycle = cycles.get_cycle(session(), slug)
    if wrong:
        errors = [(one.row, told(one.refusal)) for one in wrong]
        return _page(cycle, SheetForm(formdata=None), errors=errors), 409
    return _page(cycle, SheetForm(formdata=None), entered=entered)


def told(refusal: Refusal) -> str:
    """The sentence of a refusal, its days as people say them."""
    for name in ("first", "last"):
        if name in refusal.params:
            refusal.params[name] = i18n.day(refusal.params[name])
    return sentence(refusal)


def _tried(slug: str, form: SheetForm, read: ReadPapers) -> Answer:
    batch_id = None
    with transaction() as work:
        by = clock.signature()
        cycle = cycles.get_cycle(work, slug)
        wrong = service.try_papers(work, by, cycle, read.papers, clock.city_zone())
        errors = sorted([*read.errors, *((one.row, told(one.refusal)) for one in wrong)])
        if not errors:
            rows = [paper_sheets.stored(row, paper) for row, paper in read.papers]
            batch_id = service.keep_batch(work, by, "paper", rows, cycle.id).id
    cycle = cycles.get_cycle(session(), slug)
    page = _page(cycle, form, number=len(read.papers), errors=errors, batch_id=batch_id)
    return page, 422 if errors else 200


def _page(
    cycle: Cycle, form: SheetForm, *, errors: Sequence[tuple[int, str]] = (), **about: Any
) -> str:
    return render_template(
        "review/paper_list.html",
        cycle=cycle,
        form=form,
        errors=errors[:SHOWN_ERRORS],
        more=max(0, len(errors) - SHOWN_ERRORS),
        most=paper_sheets.MOST_PAPERS,
        **{"number": 0, "batch_id": None, "entered": [], **about},
    )


def _catalogue(cycle: Cycle) -> Catalogue:
    return Catalogue(
        cycles.categories(session()), cycles.typical_works(session()), list(cycle.areas)
    )
