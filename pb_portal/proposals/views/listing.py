"""The list of a cycle's proposals and its map."""

from __future__ import annotations

from typing import Any

from flask import Response, json, render_template, request, url_for
from flask_babel import gettext as _

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Category, Cycle
from pb_portal.db import session
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import PUBLIC, ProposalState
from pb_portal.proposals import queries
from pb_portal.proposals.queries import SORTS, Facets, Filters
from pb_portal.proposals.views.base import blueprint
from pb_portal.proposals.words import LONGEST_QUERY
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.i18n import local, number
from pb_portal.web.phrases.proposals import sort_name, status_name

KEPT = ("q", "area", "category", "status", "sort", "view")


@blueprint.get("/c/<slug>/proposals")
@public
def index(slug: str) -> str:
    """Cards and map of what was asked for; everything asked stands in the address."""
    cycle = cycles.get_cycle(session(), slug)
    asked = _asked(cycle)
    listed = queries.list_page(session(), cycle.id, asked, clock.today())
    ids = [key for key in {*listed.facets.categories, asked.category_id} if key]
    kinds = queries.categories_of(session(), ids)
    view = "map" if request.args.get("view") == "map" else "list"
    return render_template(
        "proposals/index.html",
        cycle=cycle,
        asked=asked,
        listed=listed,
        kinds=kinds,
        areas={part.area_id: part.area for part in cycle.areas},
        selects=_selects(cycle, asked, listed.facets, kinds),
        chips=_chips(cycle, asked, kinds),
        view=view,
        tabs=[(_("List"), _url(slug, view=""), None), (_("Map"), _url(slug, view="map"), None)],
        here=_url(slug, view=view if view == "map" else ""),
        clear=url_for(".index", slug=slug),
        first=_url(slug) if asked.after else None,
        next=_url(slug, after=listed.next_key) if listed.next_key else None,
        points_url=url_for(".points", slug=slug, **_kept("q", "area", "category", "status")),
        outlined=any(part.area.outline for part in cycle.areas),
        applications=cycles.phase_open(cycle, PhaseKind.APPLICATIONS, clock.now()),
    )


@blueprint.get("/c/<slug>/proposals/points.json")
@public
def points(slug: str) -> Response:
    """Places of the listed proposals, as columns."""
    cycle = cycles.get_cycle(session(), slug)
    columns = queries.points(session(), cycle.id, _asked(cycle))
    base = url_for(".index", slug=slug) + "/"
    return _json({"columns": columns, "base": base, "word": _("Proposal No.")})


def _json(value: Any) -> Response:
    """Compact JSON; Cyrillic stays as it is, which halves it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")


def _asked(cycle: Cycle) -> Filters:
    """The filters of the address; what does not exist here is not filtered by."""
    codes = {part.area.code: part.area_id for part in cycle.areas}
    status = request.args.get("status", "")
    sort = request.args.get("sort", "")
    kind = request.args.get("category", type=int)
    return Filters(
        words=request.args.get("q", "")[:LONGEST_QUERY].replace("\0", ""),
        area_id=codes.get(request.args.get("area", "")),
        category_id=kind if kind is not None and 0 < kind < 2**31 else None,
        status=status if status in PUBLIC else "",
        sort=sort if sort in SORTS else SORTS[0],
        after=request.args.get("after", ""),
    )


def _kept(*names: str) -> dict[str, Any]:
    return {name: value for name in names or KEPT if (value := request.args.get(name, ""))}


def _url(slug: str, **changes: str | None) -> str:
    """The address of this list with some of what was asked changed."""
    asked: dict[str, Any] = {**_kept(), **changes}
    chosen: dict[str, Any] = {key: value for key, value in asked.items() if value}
    return url_for(".index", slug=slug, **chosen)


def _counted(name: str, count: int) -> str:
    return f"{name} ({number(count)})"


def _selects(
    cycle: Cycle, asked: Filters, facets: Facets, kinds: dict[int, Category]
) -> list[dict[str, Any]]:
    """The select boxes, with counts; one without a choice is left out."""
    found = []
    named = sorted(cycle.areas, key=lambda part: (part.area.sort, part.area_id))
    if len(named) > 1:
        options = [
            (part.area.code, _counted(local(part.area.names), facets.areas[part.area_id]))
            for part in named
        ]
        value = next((p.area.code for p in named if p.area_id == asked.area_id), "")
        found.append(_select("area", _("District"), value, _("All districts"), options))
    if kinds:
        options = [
            (str(key), _counted(local(kind.names), facets.categories[key]))
            for key, kind in kinds.items()
        ]
        value = str(asked.category_id or "")
        found.append(_select("category", _("Category"), value, _("All categories"), options))
    options = [
        (str(state), _counted(status_name(state), facets.statuses[state]))
        for state in ProposalState
        if facets.statuses[state] or state == asked.status
    ]
    found.append(_select("status", _("Status"), asked.status, _("Any status"), options))
    order = [(name if name != SORTS[0] else "", sort_name(name)) for name in SORTS]
    value = "" if asked.sort == SORTS[0] else asked.sort
    found.append({"name": "sort", "label": _("Order"), "value": value, "options": order})
    return found


def _select(
    name: str, label: str, value: str, everything: str, options: list[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "value": value,
        "options": [("", everything), *options],
    }


def _chips(cycle: Cycle, asked: Filters, kinds: dict[int, Category]) -> list[tuple[str, str]]:
    """What is chosen, each with the address without it."""
    found = []
    if asked.words:
        found.append((f"«{asked.words}»", _url(cycle.slug, q="")))
    part = cycles.find_cycle_area(cycle, asked.area_id)
    if part:
        found.append((local(part.area.names), _url(cycle.slug, area="")))
    if asked.category_id in kinds:
        found.append((local(kinds[asked.category_id].names), _url(cycle.slug, category="")))
    if asked.status:
        found.append((status_name(asked.status), _url(cycle.slug, status="")))
    return found
