"""The reviewer's queue: views, filters kept by name, handing files out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import clean
from pb_portal.review import queries, queue, service, staff
from pb_portal.review.forms import FilterForm
from pb_portal.review.queue import Asked, Heap
from pb_portal.review.views import blueprint
from pb_portal.web import clock, i18n
from pb_portal.web.guard import requires
from pb_portal.web.paging import HIGHEST, asked_row, page_of
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response
PAGE = 50
LONGEST_WORDS = 80
EVENLY = "evenly"


def asked_for(values: MultiDict[str, str]) -> Asked:
    """What part of the queue an address (or a form sent from it) means."""

    def row(name: str) -> int | None:
        number = values.get(name, type=int)
        return number if number is not None and 0 < number <= HIGHEST else None

    view = values.get("view", "")
    words = clean(values.get("q", ""))[:LONGEST_WORDS]
    view = view if view in queue.VIEWS else "todo"
    return Asked(view, row("area"), row("person"), row("cycle"), words)


@blueprint.get("/desk/review", endpoint="queue")
@requires(P.REVIEW)
def queue_page() -> str:
    """Files that wait, the earliest due first."""
    return _page(asked_for(request.args))


@blueprint.post("/desk/review/assign")
@requires(P.REVIEW)
def assign() -> Answer:
    """Hand the ticked files, or all of the list, to a colleague or evenly to all."""
    asked = asked_for(request.form)
    to = request.form.get("to", "")
    try:
        with transaction() as work:
            if not (to == EVENLY or to.isdecimal()):
                raise Refusal("assign.nobody", field="to")
            seen = _all_of(asked) if request.form.get("all") else _ticked()
            person_id = None if to == EVENLY else int(to)
            done = service.assign(work, clock.signature(), seen, person_id)
    except Refusal as refusal:
        return _page(asked, said=refusal), 422
    _say(done)
    return redirect(url_for(".queue", **asked.query()))


@blueprint.post("/desk/review/filters")
@requires(P.REVIEW)
def keep_filter() -> Answer:
    """Keep this view of the queue under a name."""
    form, asked = FilterForm(), asked_for(request.form)
    if form.validate():
        try:
            with transaction() as work:
                service.save_filter(work, clock.signature(), form.name.data, asked.query())
            flash(_("Kept: the view stands above the queue under its name."), "success")
            return redirect(url_for(".queue", **asked.query()))
        except Refusal as refusal:
            form.show(refusal)
    return _page(asked, form=form), 422


@blueprint.post("/desk/review/filters/<int:filter_id>/forget")
@requires(P.REVIEW)
def forget_filter(filter_id: int) -> Response:
    """Take a kept view away."""
    with transaction() as work:
        service.forget_filter(work, clock.signature(), filter_id)
    flash(_("The view is no longer kept."), "success")
    return redirect(url_for(".queue"))


def _all_of(asked: Asked) -> dict[int, int]:
    """Every file of the list, as far as one can be handed out at once."""
    rows = queue.versions(
        session(),
        areas_of(clock.actor(), P.REVIEW),
        asked,
        person_id=current_user.person_id,
        at=clock.now(),
        limit=service.MOST_AT_ONCE + 1,
    )
    return dict(rows)


def _ticked() -> dict[int, int]:
    """Files as the boxes name them: number of the row, dash, version seen."""
    seen = {}
    for value in request.form.getlist("file")[: PAGE * 2]:
        number, _dash, version = value.partition("-")
        if number.isdecimal() and version.isdecimal() and int(number) <= HIGHEST:
            seen[int(number)] = int(version)
    return seen


def _say(done: service.Handed) -> None:
    if done.given:
        handed = ngettext("%(num)d file handed out.", "%(num)d files handed out.", done.given)
        flash(handed, "success")
    if done.moved:
        flash(
            ngettext(
                "%(num)d file was changed by somebody meanwhile and stayed as it is.",
                "%(num)d files were changed by somebody meanwhile and stayed as they are.",
                done.moved,
            ),
            "warning",
        )
    if done.unfit:
        flash(
            ngettext(
                "%(num)d file could not be given: another district, or the person's own proposal.",
                "%(num)d files could not be given: another district, or the person's own proposal.",
                done.unfit,
            ),
            "warning",
        )


def _page(asked: Asked, *, said: Refusal | None = None, form: FilterForm | None = None) -> str:
    areas, person_id, at = areas_of(clock.actor(), P.REVIEW), current_user.person_id, clock.now()
    found = queue.heaps(session(), areas, person_id, at)
    rows = queue.files(
        session(),
        areas,
        asked,
        person_id=person_id,
        at=at,
        after_id=asked_row("after"),
        limit=PAGE + 1,
    )
    people = staff.colleagues(session(), areas)
    return render_template(
        "review/queue.html",
        page=page_of(rows, PAGE, lambda proposal: proposal.id),
        asked=asked,
        counts=queue.counts(found, asked),
        people=_with_loads(people, queue.loads(found)),
        kept=queries.kept_filters(session(), person_id),
        form=form or FilterForm(formdata=None),
        said=sentence(said) if said else "",
        names={one.id: one.name for one in people},
        **_choices(found),
    )


def _with_loads(people: list[staff.Reviewer], loads: dict[int, int]) -> list[dict[str, Any]]:
    """Colleagues with the number of their files, whoever has the fewest first."""
    listed = [{"id": one.id, "name": one.name, "load": loads.get(one.id, 0)} for one in people]
    return sorted(listed, key=lambda one: (one["load"], str(one["name"])))


def _choices(found: list[Heap]) -> dict[str, Any]:
    """Districts and cycles that have open files, by id."""
    areas = {heap.area_id: i18n.local(heap.area) for heap in found if heap.area_id is not None}
    cycles = {heap.cycle_id: i18n.local(heap.cycle) for heap in found}
    return {"areas": areas, "cycles": cycles}
