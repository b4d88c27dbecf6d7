"""The register: list, board and map of the same projects, with their totals."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from pb_portal.db import session
from pb_portal.domain.project_states import Origin, Sector
from pb_portal.projects.queries import figures, register
from pb_portal.projects.queries.figures import Offered
from pb_portal.projects.queries.filtered import OFFICIAL, Wanted
from pb_portal.projects.queries.remembered import remembered, stamp
from pb_portal.projects.views.base import address, blueprint, number_in_query, query_of, wanted
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.i18n import local
from pb_portal.web.phrases.projects import official_word, origin_word, sector_word

VIEWS = ("list", "board", "map")
FRESH = timedelta(minutes=1)


@blueprint.get("/projects")
@public
def index() -> str:
    """The register: what was promised, what is being built, what stands."""
    asked, today, mark = wanted(), clock.today(), stamp(session())
    view = request.args.get("view", "list")
    view = view if view in VIEWS else "list"
    known = remembered(
        mark, ("offered", asked.cycle), lambda: figures.offered(session(), asked.cycle)
    )
    selects, kept = _selects(asked, known), ({"view": view} if view != "list" else {})
    return render_template(
        "projects/index.html",
        asked=asked,
        view=view,
        shown=_shown(asked, view),
        totals=remembered(
            mark, ("totals", asked, today), lambda: figures.totals(session(), asked, today)
        ),
        selects=selects,
        chips=_chips(asked, selects, view),
        query=query_of(asked),
        kept=kept,
        here={**kept, **query_of(asked)},
        official=[(word, official_word(word)) for word in OFFICIAL],
        map_cycle=asked.cycle or next((slug for slug, _names in known.cycles), ""),
    )


def _shown(asked: Wanted, view: str) -> register.Shown:
    if view == "board":
        return register.board(session(), asked, clock.today())
    return register.page(
        session(),
        asked,
        clock.today(),
        before=number_in_query("before"),
        after=number_in_query("after"),
    )


def _selects(asked: Wanted, known: Offered) -> list[dict[str, Any]]:
    kinds: list[tuple[str, str, str, list[tuple[str, str]]]] = [
        ("area", _("District"), asked.area, _named(known.areas)),
        ("state", _("State"), asked.state, [(code, official_word(code)) for code in OFFICIAL]),
        ("late", _("Dates"), "1" if asked.late else "", [("1", _("Late"))]),
        ("sector", _("Sector"), asked.sector, [(code, sector_word(code)) for code in Sector]),
        ("type", _("Type of work"), asked.type, _named(known.types)),
        ("source", _("Source"), asked.source, [(code, origin_word(code)) for code in Origin]),
        ("cycle", _("Budget round"), asked.cycle, _named(known.cycles)),
        ("year", _("Year it is due"), asked.year, [(str(y), str(y)) for y in known.years]),
        ("contractor", _("Contractor"), asked.contractor, list(known.contractors)),
    ]
    return [
        {"name": name, "label": label, "value": value, "options": [("", _("All")), *options]}
        for name, label, value, options in kinds
        if options
    ]


def _named(rows: Any) -> list[tuple[str, str]]:
    return [(code, local(names)) for code, names in rows]


def _chips(asked: Wanted, selects: list[dict[str, Any]], view: str) -> list[tuple[str, str]]:
    """A chip for each filter that is on, with the address of the same view without it."""
    chips = []
    if asked.words:
        chips.append((f"“{asked.words}”", "q"))
    offered = {select["name"]: select for select in selects}
    for name, value in query_of(asked).items():
        if name != "q":
            options = dict(offered[name]["options"]) if name in offered else {}
            chips.append((options.get(value, value), name))
    kept = {"view": view} if view != "list" else {}
    return [
        (word, address(".index", **kept, **query_of(asked, **{name: ""}))) for word, name in chips
    ]


@blueprint.get("/projects/points.json")
@public
def points() -> Response:
    """Everything that matches, for the map."""
    asked, today, mark = wanted(), clock.today(), stamp(session())
    columns = remembered(
        mark,
        ("points", asked, today),
        lambda: json.dumps(
            figures.points(session(), asked, today), ensure_ascii=False, separators=(",", ":")
        ),
    )
    about = {"base": url_for(".index") + "/", "word": _("Project No.")}
    body = f'{{"columns":{columns},{json.dumps(about, ensure_ascii=False)[1:]}'
    return Response(body, mimetype="application/json")
