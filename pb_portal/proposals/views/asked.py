"""What the address of a list asks for, and addresses that ask for something else."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Category, Cycle
from pb_portal.domain.proposal_states import PUBLIC, REACHED, ProposalState
from pb_portal.proposals.queries import SORTS, Band, Facets, Filters
from pb_portal.proposals.words import LONGEST_QUERY
from pb_portal.web.i18n import local, money_short, number
from pb_portal.web.phrases.proposals import sort_name, status_name
from pb_portal.web.words import phase_name

KEPT = ("q", "area", "category", "status", "phase", "cost", "sort", "view")
FILTERS = ("q", "area", "category", "status", "phase", "cost")
VIEWS = ("cards", "list", "map")
_TENGE = (5_000_000, 15_000_000, 30_000_000, 60_000_000)
_OTHERS = (10_000, 50_000, 100_000, 500_000)


def asked_of(cycle: Cycle) -> Filters:
    """The filters of the address; what does not exist here is not filtered by."""
    codes = {part.area.code: part.area_id for part in cycle.areas}
    status = request.args.get("status", "")
    phase = request.args.get("phase", "")
    sort = request.args.get("sort", "")
    kind = request.args.get("category", type=int)
    bands = bands_of(cycle)
    return Filters(
        words=request.args.get("q", "")[:LONGEST_QUERY].replace("\0", ""),
        area_id=codes.get(request.args.get("area", "")),
        category_id=kind if kind is not None and 0 < kind < 2**31 else None,
        status=status if status in PUBLIC else "",
        phase=phase if phase in REACHED else "",
        cost=next((band for band in bands if code_of(band) == request.args.get("cost")), None),
        sort=sort if sort in SORTS else SORTS[0],
        after=request.args.get("after", ""),
        bands=bands,
    )


def asked_view() -> str:
    """Cards, list or map."""
    view = request.args.get("view", "")
    return view if view in VIEWS else VIEWS[0]


def age() -> float:
    """How old counts may be, in seconds."""
    return float(current_app.config["COUNTS_SECONDS"])


def bands_of(cycle: Cycle) -> tuple[Band, ...]:
    """Costs to choose from, in the cycle's own unit."""
    unit = 10**cycle.minor_units
    edges = [edge * unit for edge in (_TENGE if cycle.currency == "KZT" else _OTHERS)]
    return tuple(zip([0, *edges], [*edges, None], strict=True))


def code_of(band: Band) -> str:
    """The band in an address."""
    return f"{band[0]}-{'' if band[1] is None else band[1]}"


def url_of(slug: str, **changes: str | None) -> str:
    """The address of this list with some of what was asked changed."""
    asked: dict[str, Any] = {**kept(), **changes}
    return url_for(".index", slug=slug, **{key: value for key, value in asked.items() if value})


def kept(*names: str) -> dict[str, Any]:
    """What was asked, by name."""
    return {name: value for name in names or KEPT if (value := request.args.get(name, ""))}


def band_name(band: Band, cycle: Cycle) -> str:
    """Up to 5 m ₸, 5–15 m ₸, from 60 m ₸."""
    least, most = (
        None if end is None else money_short(end, cycle.currency, cycle.minor_units) for end in band
    )
    if most is None:
        return str(_("from %(cost)s", cost=least))
    if not band[0]:
        return str(_("up to %(cost)s", cost=most))
    return f"{least} – {most}"


def selects(
    cycle: Cycle, asked: Filters, facets: Facets, kinds: dict[int, Category]
) -> list[dict[str, Any]]:
    """The select boxes, with counts; one without a choice is left out."""
    found = []
    named = sorted(cycle.areas, key=lambda part: (part.area.sort, part.area_id))
    if len(named) > 1:
        value = next((p.area.code for p in named if p.area_id == asked.area_id), "")
        found.append(
            _select(
                *("area", _("District"), value, _("All districts")),
                [(p.area.code, local(p.area.names), facets.areas[p.area_id]) for p in named],
            )
        )
    if kinds:
        found.append(
            _select(
                *("category", _("Category"), str(asked.category_id or ""), _("All categories")),
                [
                    (str(key), local(kind.names), facets.categories[key])
                    for key, kind in kinds.items()
                ],
            )
        )
    found.append(_phases(asked, facets))
    found.append(_statuses(asked, facets))
    found.append(_costs(cycle, asked, facets))
    order = [(name if name != SORTS[0] else "", sort_name(name)) for name in SORTS]
    value = "" if asked.sort == SORTS[0] else asked.sort
    found.append(
        {"name": "sort", "label": pgettext("sorting", "Order"), "value": value, "options": order}
    )
    return [box for box in found if len(box["options"]) > 1]


def _phases(asked: Filters, facets: Facets) -> dict[str, Any]:
    options = [
        (phase, phase_name(phase), facets.phases[phase])
        for phase in REACHED
        if facets.phases[phase] or phase == asked.phase
    ]
    return _select("phase", _("Phase"), asked.phase, _("Any phase"), options)


def _statuses(asked: Filters, facets: Facets) -> dict[str, Any]:
    options = [
        (str(state), status_name(state), facets.statuses[state])
        for state in ProposalState
        if facets.statuses[state] or state == asked.status
    ]
    return _select("status", _("Status"), asked.status, _("Any status"), options)


def _costs(cycle: Cycle, asked: Filters, facets: Facets) -> dict[str, Any]:
    options = [
        (code_of(band), band_name(band, cycle), facets.costs[band])
        for band in asked.bands
        if facets.costs[band] or band == asked.cost
    ]
    value = code_of(asked.cost) if asked.cost else ""
    return _select("cost", _("Cost"), value, _("Any cost"), options)


def _select(
    name: str, label: str, value: str, everything: str, options: list[tuple[str, str, int]]
) -> dict[str, Any]:
    counted = [(code, f"{text} ({number(count)})") for code, text, count in options]
    return {
        "name": name,
        "label": label,
        "value": value,
        "options": [("", everything), *counted],
    }


def chips(cycle: Cycle, asked: Filters, kinds: dict[int, Category]) -> list[tuple[str, str]]:
    """What is chosen, each with the address without it."""
    found = []
    if asked.words:
        found.append((f"«{asked.words}»", "q"))
    part = cycles.find_cycle_area(cycle, asked.area_id)
    if part:
        found.append((local(part.area.names), "area"))
    if asked.category_id in kinds:
        found.append((local(kinds[asked.category_id].names), "category"))
    if asked.phase:
        found.append((phase_name(asked.phase), "phase"))
    if asked.status:
        found.append((status_name(asked.status), "status"))
    if asked.cost:
        found.append((band_name(asked.cost, cycle), "cost"))
    return [(text, url_of(cycle.slug, **{name: ""})) for text, name in found]
