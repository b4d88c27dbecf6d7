"""The list of a cycle's proposals: cards, lines or a map."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals import queries
from pb_portal.proposals.queries import Facets, Filters
from pb_portal.proposals.views import asked as address
from pb_portal.proposals.views.base import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.i18n import local


@blueprint.get("/c/<slug>/proposals")
@public
def index(slug: str) -> str:
    """What was asked for; everything asked stands in the address."""
    view = address.asked_view()
    cycle = cycles.get_cycle(session(), slug, outlines=view == "map")
    asked = address.asked_of(cycle)
    listed = queries.list_page(session(), cycle.id, asked, clock.today(), address.age())
    ids = [key for key in {*listed.facets.categories, asked.category_id} if key]
    kinds = queries.categories_of(session(), ids) if ids else {}
    found = address.chips(cycle, asked, kinds)
    return render_template(
        "proposals/index.html",
        cycle=cycle,
        asked=asked,
        listed=listed,
        kinds=kinds,
        areas={part.area_id: part.area for part in cycle.areas},
        selects=address.selects(cycle, asked, listed.facets, kinds),
        chips=found,
        view=view,
        tabs=_tabs(slug),
        here=address.url_of(slug, view="" if view == "cards" else view),
        clear=url_for(".index", slug=slug),
        first=address.url_of(slug) if asked.after else None,
        next=address.url_of(slug, after=listed.next_key) if listed.next_key else None,
        meant=_meant(cycle, asked, listed.facets),
        base=url_for(".index", slug=slug) + "/",
        points_url=url_for(".points", slug=slug, **address.kept(*address.FILTERS)),
        districts=_districts(cycle, listed.facets) if view == "map" else [],
        applications=cycles.phase_open(cycle, PhaseKind.APPLICATIONS, clock.now()),
    )


def _tabs(slug: str) -> list[tuple[str, str, None]]:
    names = {"cards": _("Cards"), "list": _("List"), "map": _("Map")}
    return [
        (name, address.url_of(slug, view="" if view == "cards" else view), None)
        for view, name in names.items()
    ]


def _meant(cycle: Cycle, asked: Filters, facets: Facets) -> tuple[str, str] | None:
    """What may have been meant by words that nobody said, with its address."""
    if not asked.words or facets.said:
        return None
    found = queries.meant(session(), cycle.id, asked.words, address.age())
    return (found, address.url_of(cycle.slug, q=found)) if found else None


def _districts(cycle: Cycle, facets: Facets) -> list[dict[str, Any]]:
    """The districts with what each holds of what was asked, for the map without a script."""
    named = sorted(cycle.areas, key=lambda part: (part.area.sort, part.area_id))
    return [
        {
            "slug": part.area.code,
            "name": local(part.area.names),
            "url": address.url_of(cycle.slug, area=part.area.code, view="list"),
            "outline": part.area.outline,
            "value": facets.areas[part.area_id],
        }
        for part in named
    ]
