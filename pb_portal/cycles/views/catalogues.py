"""The administrator's catalogues: lists, entries with their history, checklists per cycle."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.accounts.queries import names_of
from pb_portal.audit import queries as audit
from pb_portal.cycles import catalogues, queries
from pb_portal.cycles.catalogue_forms import (
    CategoryForm,
    EntryForm,
    OfferForm,
    QuestionForm,
    Whole,
    WorkForm,
)
from pb_portal.cycles.catalogues import CATALOGUES, LANGUAGES, PARTS, PICTURES, SECTORS, UNITS
from pb_portal.cycles.models import Cycle, ReviewQuestion, TypicalWork
from pb_portal.cycles.views import blueprint
from pb_portal.cycles.views.history import lines
from pb_portal.db import session, transaction
from pb_portal.domain.checklist import USUAL
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.i18n import local
from pb_portal.web.phrases.cycles import (
    catalogue_about,
    catalogue_name,
    field_name,
    part_name,
    picture_name,
)
from pb_portal.web.phrases.projects import sector_word
from pb_portal.web.phrases.proposals import unit_name
from pb_portal.web.phrases.review import check_name

Answer = str | tuple[str, int] | Response
FORMS: dict[str, type[EntryForm]] = {
    "works": WorkForm,
    "categories": CategoryForm,
    "grounds": EntryForm,
    "questions": QuestionForm,
    "areas": EntryForm,
}
blueprint.add_app_template_filter(part_name, "part_name")
blueprint.add_app_template_filter(field_name, "field_name")


@blueprint.get("/desk/catalogues")
@requires(P.ADMINISTER)
def catalogues_home() -> str:
    """All catalogues."""
    kinds = [(kind, catalogue_name(kind), catalogue_about(kind)) for kind in CATALOGUES]
    return render_template("cycles/catalogues.html", kinds=kinds)


@blueprint.get("/desk/catalogues/<kind>")
@requires(P.ADMINISTER)
def catalogue(kind: str) -> str:
    """The entries of one catalogue; of the checklist, those of one cycle."""
    _known(kind)
    cycle = _cycle() if kind == "questions" else None
    rows = catalogues.entries(session(), kind, cycle.id if cycle else None)
    return render_template(
        "cycles/catalogue.html",
        kind=kind,
        name=catalogue_name(kind),
        about=catalogue_about(kind),
        rows=rows,
        cycle=cycle,
        cycles=queries.all_cycles(session(), imported=False) if cycle else [],
        usual=[(asked.part, check_name(asked.code)) for asked in USUAL] if cycle else [],
        categories={one.id: one for one in queries.categories(session(), retired=True)},
        unit_name=unit_name,
        sector_word=sector_word,
    )


@blueprint.route("/desk/catalogues/<kind>/new", methods=["GET", "POST"])
@requires(P.ADMINISTER)
def catalogue_new(kind: str) -> Answer:
    """A new entry."""
    _known(kind)
    if kind == "areas":
        return redirect(url_for(".boundaries"))
    cycle = _cycle() if kind == "questions" else None
    form = _form(kind)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                by = clock.signature()
                entry = catalogues.add_entry(
                    work, by, kind, form.values(), cycle_id=cycle.id if cycle else None
                )
                if isinstance(form, WorkForm) and isinstance(entry, TypicalWork):
                    catalogues.set_prices(work, by, entry, form.prices())
                entry_id = entry.id
            flash(_("Added."), "success")
            return redirect(url_for(".catalogue_entry", kind=kind, entry_id=entry_id))
        except Refusal as refusal:
            form.show(refusal)
    status = 422 if form.is_submitted() else 200
    return _page(kind, form, cycle=cycle), status


@blueprint.route("/desk/catalogues/<kind>/<int:entry_id>", methods=["GET", "POST"])
@requires(P.ADMINISTER)
def catalogue_entry(kind: str, entry_id: int) -> Answer:
    """One entry: changing it, and what was changed before."""
    _known(kind)
    form = _form(kind, session().get(TypicalWork, entry_id) if kind == "works" else None)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            changed = _save(kind, entry_id, form)
            flash(_("Saved.") if changed else _("Nothing was different."), "success")
            return redirect(url_for(".catalogue_entry", kind=kind, entry_id=entry_id))
        except Conflict as conflict:
            status = 409
            form.show(conflict)
        except Refusal as refusal:
            form.show(refusal)
    entry = catalogues.get_entry(session(), kind, entry_id)
    if not form.is_submitted():
        form.fill(entry)
    form.version.renew(entry.version)
    return _page(kind, form, entry=entry, stale=status == 409), status


@blueprint.post("/desk/catalogues/<kind>/<int:entry_id>/offer")
@requires(P.ADMINISTER)
def catalogue_offer(kind: str, entry_id: int) -> Answer:
    """Retire an entry, or offer it again."""
    _known(kind)
    form = OfferForm()
    offered = request.form.get("do") == "restore"
    try:
        with transaction() as work:
            entry = catalogues.get_entry(work, kind, entry_id)
            version = form.version.data or 0
            catalogues.offer(work, clock.signature(), kind, entry, offered=offered, version=version)
    except Refusal as refusal:
        entry = catalogues.get_entry(session(), kind, entry_id)
        blank = _form(kind, entry if isinstance(entry, TypicalWork) else None, bare=True)
        blank.fill(entry)
        blank.version.renew(entry.version)
        blank.show(refusal)
        return _page(kind, blank, entry=entry), 409 if isinstance(refusal, Conflict) else 422
    flash(_("Offered again.") if offered else _("No longer offered."), "success")
    return redirect(url_for(".catalogue_entry", kind=kind, entry_id=entry_id))


@blueprint.post("/desk/catalogues/questions/own")
@requires(P.ADMINISTER)
def own_checklist() -> Answer:
    """Give a cycle the usual questions as a list of its own."""
    texts: dict[str, dict[str, str]] = {question.code: {} for question in USUAL}
    for code in LANGUAGES:
        with force_locale(code):
            for question in USUAL:
                texts[question.code][code] = check_name(question.code)
    slug = request.form.get("cycle", "")
    with transaction() as work:
        cycle = queries.get_cycle(work, slug)
        catalogues.own_checklist(work, clock.signature(), cycle, texts)
    flash(_("The cycle has a list of its own now: change it as you need."), "success")
    return redirect(url_for(".catalogue", kind="questions", cycle=slug))


def _known(kind: str) -> None:
    if kind not in CATALOGUES:
        abort(404)


def _cycle() -> Cycle:
    """The cycle of the address, else the newest one of the city's own."""
    slug = request.args.get("cycle")
    if slug:
        return queries.get_cycle(session(), slug)
    own = queries.all_cycles(session(), imported=False)
    if not own:
        abort(404)
    return own[0]


def _save(kind: str, entry_id: int, form: EntryForm) -> bool:
    with transaction() as work:
        by = clock.signature()
        entry = catalogues.get_entry(work, kind, entry_id)
        version = form.version.data or 0
        changed = catalogues.change_entry(work, by, kind, entry, form.values(), version=version)
        if isinstance(form, WorkForm) and isinstance(entry, TypicalWork):
            changed = catalogues.set_prices(work, by, entry, form.prices()) or changed
        return changed


def _form(kind: str, work: Any = None, *, bare: bool = False) -> EntryForm:
    """The form of a catalogue with its choices; of a work, with a price for each running cycle."""
    if kind != "works":
        form = FORMS[kind](formdata=None) if bare else FORMS[kind]()
        if isinstance(form, CategoryForm):
            form.sector.choices = [(code, sector_word(code)) for code in SECTORS]
        if isinstance(form, QuestionForm):
            form.part.choices = [(code, part_name(code)) for code in PARTS]
        return form
    own = [one for one in queries.all_cycles(session(), imported=False) if _running(one)]
    fields = {
        f"price_{cycle.id}": Whole(_("Price in %(cycle)s", cycle=local(cycle.names)))
        for cycle in own
    }
    made = type("PricedWorkForm", (WorkForm,), fields)
    form = made(formdata=None) if bare else made()
    known = queries.categories(session(), retired=True)
    form.category_id.choices = [
        (str(one.id), local(one.names))
        for one in known
        if one.retired_at is None or (work and work.category_id == one.id)
    ]
    form.unit.choices = [(code, unit_name(code)) for code in UNITS]
    form.picture.choices = [
        ("", _("That of the category")),
        *((code, picture_name(code)) for code in PICTURES),
    ]
    if work is not None and not form.is_submitted():
        for cycle in own:
            price = queries.price_in(session(), cycle.id, work)
            form[f"price_{cycle.id}"].data = price if price != work.unit_price else None
    result: EntryForm = form
    return result


def _running(cycle: Cycle) -> bool:
    """Not over yet: estimates may still be made or checked in it."""
    at = clock.now()
    return any(phase.ends_at > at for phase in cycle.phases if phase.kind != "delivery")


def _page(
    kind: str,
    form: EntryForm,
    *,
    entry: Any = None,
    cycle: Cycle | None = None,
    stale: bool = False,
) -> str:
    work: Session = session()
    if isinstance(entry, ReviewQuestion):
        cycle = queries.get_cycle_by_id(work, entry.cycle_id)
    seen = []
    if entry is not None:
        subject = f"{CATALOGUES[kind].subject}:{entry.id}"
        rows = audit.newest(work, action="catalogue.", subject=subject, limit=100)
        seen = lines(rows, names_of(work, {row.actor_id for row in rows if row.actor_id}))
    return render_template(
        "cycles/catalogue_entry.html",
        kind=kind,
        name=catalogue_name(kind),
        form=form,
        entry=entry,
        cycle=cycle,
        history=seen,
        stale=stale,
        fields=_shown(form),
        sector_word=sector_word,
    )


def _shown(form: EntryForm) -> list[Any]:
    """The fields in the order they are filled in."""
    hidden = {"csrf_token", "version", "sort"}
    found = [field for name, field in form._fields.items() if name not in hidden]
    return [*found, form.sort]
