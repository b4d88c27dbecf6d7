"""The winners of a cycle become projects: chosen, looked at, confirmed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase, get_cycle
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.projects import service
from pb_portal.projects.forms import StartForm
from pb_portal.projects.models import Project
from pb_portal.projects.service.grouping import Clash, Wish
from pb_portal.projects.service.start import usual_promise
from pb_portal.projects.views.base import blueprint
from pb_portal.results.queries import certified_run
from pb_portal.web import clock
from pb_portal.web.guard import requires


@blueprint.route("/desk/cycles/<slug>/projects", methods=["GET", "POST"])
@requires(P.START_PROJECTS)
def start(slug: str) -> str | tuple[str, int] | Response:
    """Every winner that is no project yet becomes one, or part of one, or several."""
    cycle = get_cycle(session(), slug)
    form = StartForm(meta={"csrf": False}, data={"promised_on": _promise(cycle)})
    step = request.form.get("step", "")
    if step not in ("preview", "make") or not form.validate():
        return _page(cycle, form), 422 if form.errors else 200
    try:
        if step == "make":
            return _make(slug, form)
        pieces = service.preview(session(), cycle, _wish(cycle), form.promised_on.data)
        return _page(cycle, form, pieces=pieces)
    except Refusal as refusal:
        form.show(refusal)
        return _page(get_cycle(session(), slug), form), 422


def _make(slug: str, form: StartForm) -> Response:
    with transaction() as work:
        cycle = get_cycle(work, slug)
        made = service.start_from_winners(
            work,
            clock.signature(),
            cycle,
            promised_on=form.promised_on.data,
            wish=_wish(cycle),
        )
    flash(_done(len(made)), "success")
    return redirect(url_for(".start", slug=slug))


def _wish(cycle: Cycle) -> Wish:
    """What was chosen beside "each its own", out of the fields of the page."""
    numbers = {p.number: p.id for p in service.waiting_winners(session(), cycle.id)}
    joins = [
        frozenset(_ids(pair.split("-"))) for pair in request.form.getlist("join") if "-" in pair
    ]
    parts: dict[int, int] = {}
    line_parts: dict[str, int] = {}
    for name, value in request.form.items():
        chosen = _small(value)
        kind, _, key = name.partition("_")
        if kind == "with" and key.isdecimal() and chosen in numbers:
            joins.append(frozenset({int(key[:9]), numbers[chosen]}))
        elif kind == "parts" and key.isdecimal() and chosen:
            parts[int(key[:9])] = chosen
        elif kind == "line" and chosen:
            line_parts[key] = chosen
    return Wish([join for join in joins if len(join) > 1], parts, line_parts)


def _ids(texts: list[str]) -> list[int]:
    return [number for text in texts if (number := _small(text))]


def _small(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _page(cycle: Cycle, form: StartForm, *, pieces: Any = None) -> str:
    rows = service.winners(session(), cycle.id)
    certified = certified_run(session(), cycle.id) is not None
    waiting = service.waiting_winners(session(), cycle.id) if certified else []
    clashes = service.clashes(session(), waiting) if pieces is None else []
    return render_template(
        "projects/start.html",
        cycle=cycle,
        form=form,
        rows=rows,
        waiting=waiting,
        certified=certified,
        near=[clash for clash in clashes if not _is_project(clash)],
        built=[clash for clash in clashes if _is_project(clash)],
        pieces=pieces,
        chosen=request.form,
        joined=set(request.form.getlist("join")),
    )


def _is_project(clash: Clash) -> bool:
    return isinstance(clash.second, Project)


def _promise(cycle: Cycle) -> object:
    """The last day of delivery as the city's calendar has it."""
    delivery = find_phase(cycle, PhaseKind.DELIVERY)
    if delivery is None:
        return usual_promise(cycle)
    return delivery.ends_at.astimezone(clock.city_zone()).date()


def _done(number: int) -> str:
    return str(
        ngettext(
            "%(num)d project has been made of the winners.",
            "%(num)d projects have been made of the winners.",
            number,
        )
    )
