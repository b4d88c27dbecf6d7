"""The register and the page of one project."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.project_states import Sector
from pb_portal.projects import queries, service
from pb_portal.projects.queries import register
from pb_portal.projects.queries.filtered import OFFICIAL, Wanted
from pb_portal.projects.views.base import blueprint, number_in_query, query_of, wanted
from pb_portal.projects.views.story import story
from pb_portal.web import clock
from pb_portal.web.guard import public, requires
from pb_portal.web.i18n import local
from pb_portal.web.phrases.projects import official_word, sector_word


@blueprint.get("/projects")
@public
def index() -> str:
    """The register: what was promised, what is being built, what stands."""
    asked, today = wanted(), clock.today()
    shown = register.page(
        session(),
        asked,
        today,
        before=number_in_query("before"),
        after=number_in_query("after"),
    )
    selects = _selects(asked)
    return render_template(
        "projects/index.html",
        asked=asked,
        shown=shown,
        totals=register.totals(session(), asked, today),
        selects=selects,
        chips=_chips(asked, selects),
        query=query_of(asked),
        map_cycle=asked.cycle or next((cycle.slug for cycle in register.cycles(session())), ""),
    )


def _selects(asked: Wanted) -> list[dict[str, Any]]:
    areas = [(area.code, local(area.names)) for area in register.areas(session(), asked.cycle)]
    cycles = [(cycle.slug, local(cycle.names)) for cycle in register.cycles(session())]
    kinds: list[tuple[str, str, str, list[tuple[str, str]]]] = [
        ("area", _("District"), asked.area, areas),
        ("state", _("State"), asked.state, [(code, official_word(code)) for code in OFFICIAL]),
        ("sector", _("Sector"), asked.sector, [(code, sector_word(code)) for code in Sector]),
        ("cycle", _("Budget round"), asked.cycle, cycles),
        ("late", _("Dates"), "1" if asked.late else "", [("1", _("Late"))]),
    ]
    return [
        {"name": name, "label": label, "value": value, "options": [("", _("All")), *options]}
        for name, label, value, options in kinds
    ]


def _chips(asked: Wanted, selects: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """A chip for each filter that is on, with the address of the list without it."""
    chips = []
    if asked.words:
        chips.append((f"“{asked.words}”", "q"))
    for select in selects:
        word = dict(select["options"]).get(select["value"], select["value"])
        if select["value"]:
            chips.append((word, select["name"]))
    return [(word, _address(query_of(asked, **{name: ""}))) for word, name in chips]


def _address(query: dict[str, Any]) -> str:
    return url_for(".index", **query)


@blueprint.get("/projects/points.json")
@public
def points() -> Response:
    """Everything that matches, for the map."""
    return jsonify(
        [
            {
                "key": point.number,
                "lat": point.lat,
                "lon": point.lon,
                "title": point.title,
                "text": point.address,
                "category": point.category,
                "url": url_for(".show", number=point.number),
            }
            for point in register.points(session(), wanted(), clock.today())
        ]
    )


@blueprint.get("/projects/<int:number>")
@public
def show(number: int) -> str:
    """Promise and present side by side."""
    project = queries.get_project(session(), number)
    following = current_user.is_authenticated and queries.is_following(
        session(), project.id, current_user.person_id
    )
    updates = queries.updates(session(), project.id)
    return render_template(
        "projects/show.html",
        project=project,
        updates=updates,
        following=following,
        own=_is_own(project),
        **story(project, updates),
    )


def _is_own(project: Any) -> bool:
    return bool(
        current_user.is_authenticated
        and project.proposal is not None
        and project.proposal.author_id == current_user.person_id
    )


@blueprint.route("/projects/<int:number>/follow", methods=["GET", "POST"])
@requires(P.RESIDENT)
def follow(number: int) -> Answer:
    """Follow or unfollow; coming back here from the login page only opens the project."""
    if request.method == "POST":
        with transaction() as work:
            project = queries.get_to_change(work, number)
            if request.form.get("on") == "1":
                service.follow(work, clock.signature(), project)
                flash(
                    _("You follow this project. Letters will tell you about every step."), "success"
                )
            else:
                service.unfollow(work, clock.signature(), project)
                flash(_("You no longer follow this project."), "info")
    return redirect(url_for(".show", number=number))
