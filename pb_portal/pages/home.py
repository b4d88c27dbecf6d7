"""What home shows: the one thing to do today, then what the city has done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain import phases
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.project_states import OFFICIAL_WORD, ProjectState
from pb_portal.pages import queries
from pb_portal.pages.queries import Tally
from pb_portal.places.models import Area
from pb_portal.web import clock, i18n
from pb_portal.web.words import phase_name

URGENCY = (
    PhaseKind.VOTING,
    PhaseKind.APPLICATIONS,
    PhaseKind.REWORK,
    PhaseKind.RESULTS,
    PhaseKind.REVIEW,
    PhaseKind.SECOND_REVIEW,
    PhaseKind.DELIVERY,
)


@dataclass(frozen=True)
class Action:
    """What a cycle lets people do now."""

    cycle: Cycle
    kind: str
    title: str
    over: str
    lead: str
    button: str
    url: str
    see: str
    see_url: str


def today(session: Session, at: datetime) -> dict[str, Any]:
    """Everything the home page shows, in at most six statements."""
    found = queries.cycles_with_phases(session)
    cycles = [cycle for cycle in found if not cycle.is_imported] or found
    actions = sorted((action for cycle in cycles for action in _actions(cycle, at)), key=_urgency)
    focus = actions[0].cycle if actions else (cycles[0] if cycles else None)
    counts = queries.tallies(session)
    areas = queries.areas_of(session, [focus.city]) if focus else []
    return {
        "actions": actions,
        "focus": focus,
        "path": path_of(focus, at) if focus else [],
        "cycles": [_summary(cycle, at, counts) for cycle in cycles[:6]],
        "more_cycles": len(found) > len(cycles[:6]),
        "figures": _figures(counts),
        "districts": _districts(areas, focus, counts) if focus else [],
        "pair": queries.before_after(session),
        "news": queries.news(session),
    }


def _urgency(action: Action) -> int:
    kinds = [str(kind) for kind in URGENCY]
    return kinds.index(action.kind) if action.kind in kinds else len(kinds)


def _actions(cycle: Cycle, at: datetime) -> list[Action]:
    """One for each open phase, so that none hides another; else what comes next."""
    opened = phases.all_open(cycle.phases, at)
    ahead = phases.upcoming(cycle.phases, at)
    if not opened and ahead:
        return [_announce(cycle, ahead)]
    return [_action(cycle, phase) for phase in opened]


def _action(cycle: Cycle, now: Phase) -> Action:
    titles = {
        PhaseKind.VOTING: _("Choose what your district needs"),
        PhaseKind.APPLICATIONS: _("What should change near your home?"),
        PhaseKind.REWORK: _("Authors are mending their proposals"),
        PhaseKind.RESULTS: _("The votes are being counted"),
        PhaseKind.REVIEW: _("Proposals are under review"),
        PhaseKind.SECOND_REVIEW: _("Proposals are under review"),
        PhaseKind.DELIVERY: _("What residents chose is being built"),
    }
    kind = PhaseKind(now.kind)
    button, url = _way(cycle, kind)
    return Action(
        cycle,
        now.kind,
        titles[kind],
        _over(now),
        _lead(cycle, now),
        button,
        url,
        _("See the proposals"),
        url_for("proposals.index", slug=cycle.slug),
    )


def _way(cycle: Cycle, kind: PhaseKind) -> tuple[str, str]:
    slug = cycle.slug
    if kind == PhaseKind.VOTING:
        return _("Vote now"), url_for("voting.start", slug=slug)
    if kind == PhaseKind.APPLICATIONS:
        return _("Make a proposal"), url_for("proposals.start", slug=slug)
    if kind == PhaseKind.RESULTS:
        return _("See the results"), url_for("results.show", slug=slug)
    if kind == PhaseKind.DELIVERY:
        return _("Follow the projects"), url_for("projects.index", cycle=slug)
    return _("Follow the review"), url_for("cycles.show", slug=slug)


def _over(phase: Phase) -> str:
    if phase.kind == PhaseKind.DELIVERY:
        return phase_name(phase.kind)
    left = i18n.time_left(phase.ends_at)
    return str(_("%(phase)s: %(left)s", phase=phase_name(phase.kind), left=left))


def _lead(cycle: Cycle, phase: Phase) -> str:
    if phase.kind == PhaseKind.DELIVERY:
        text = _("%(cycle)s: every project with its dates, money and photos.", cycle=_name(cycle))
    else:
        end = i18n.last_day(phase.ends_at)
        text = _("%(cycle)s. Until %(end)s.", cycle=_name(cycle), end=end)
    return str(text)


def _announce(cycle: Cycle, ahead: Phase) -> Action:
    return Action(
        cycle,
        "next",
        _name(cycle),
        _("%(phase)s: from %(day)s", phase=phase_name(ahead.kind), day=i18n.day(ahead.starts_at)),
        _("Here is the calendar. Until then you can see what was proposed and built."),
        _("See the calendar"),
        url_for("cycles.show", slug=cycle.slug),
        _("See the projects"),
        url_for("projects.index"),
    )


def _name(cycle: Cycle) -> str:
    return i18n.local(cycle.names)


def path_of(cycle: Cycle, at: datetime) -> list[dict[str, Any]]:
    """The phases as `phase_timeline` draws them."""
    return [
        {
            "name": phase_name(phase.kind),
            "starts": phase.starts_at,
            "ends": phase.ends_at,
            "dates": _across_years(phase),
            "state": phases.state_at(phase, at),
        }
        for phase in cycle.phases
    ]


def _across_years(phase: Phase) -> str:
    """Both dates with their years where these differ; empty where the usual form will do."""
    first = phase.starts_at.astimezone(clock.city_zone()).date()
    last = (phase.ends_at - timedelta(microseconds=1)).astimezone(clock.city_zone()).date()
    if first.year == last.year:
        return ""
    return f"{i18n.full_date(first)} – {i18n.full_date(last)}"


def _summary(cycle: Cycle, at: datetime, counts: Sequence[Tally]) -> dict[str, Any]:
    own = [tally for tally in counts if tally.cycle_id == cycle.id]
    opened = phases.all_open(cycle.phases, at)
    return {
        "cycle": cycle,
        "phase": ", ".join(phase_name(phase.kind) for phase in opened),
        "voting": any(phase.kind == PhaseKind.VOTING for phase in opened),
        "proposals": sum(tally.number for tally in own if tally.thing == "proposal"),
        "projects": sum(tally.number for tally in own if tally.thing == "project"),
    }


def _figures(counts: Sequence[Tally]) -> dict[str, int]:
    words: Counter[str] = Counter()
    money = 0
    for tally in counts:
        if tally.thing == "project":
            words[OFFICIAL_WORD[ProjectState(tally.status)]] += tally.number
            chosen = tally.cycle_id is not None and tally.status != ProjectState.CANCELLED
            money += tally.money if chosen else 0
        else:
            words["proposals"] += tally.number
    return {**words, "money": money}


def _districts(
    areas: Sequence[Area], focus: Cycle, counts: Sequence[Tally]
) -> list[dict[str, Any]]:
    numbers: Counter[int | None] = Counter()
    for tally in counts:
        if tally.thing == "proposal" and tally.cycle_id == focus.id:
            numbers[tally.area_id] += tally.number
    return [
        {
            "slug": area.code,
            "name": i18n.local(area.names),
            "outline": area.outline,
            "url": url_for("proposals.index", slug=focus.slug, area=area.code),
            "value": i18n.number(numbers[area.id]),
        }
        for area in areas
    ]
