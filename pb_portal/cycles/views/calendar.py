"""A cycle's calendar as pages show it: names, dates in city time, what is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain.phases import state_at
from pb_portal.web import clock, i18n
from pb_portal.web.words import phase_name


def timeline(cycle: Cycle, at: datetime) -> list[dict[str, Any]]:
    """Phases for the component `phase_timeline`."""
    return [
        {
            "name": phase_name(phase.kind),
            "starts": phase.starts_at,
            "ends": phase.ends_at,
            "dates": dates(phase),
            "state": state_at(phase, at),
            "note": _note(phase),
        }
        for phase in cycle.phases
    ]


def dates(phase: Phase) -> str:
    """From when to when, in city time; years stand where they differ."""
    zone = clock.city_zone()
    last = (phase.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    first = phase.starts_at.astimezone(zone).date()
    if first.year != last.year:
        return f"{i18n.full_date(first)} – {i18n.full_date(last)}"
    return f"{i18n.day(phase.starts_at)} – {i18n.last_day(phase.ends_at)}"


def full_dates(phase: Phase) -> str:
    """From when to when, with weekday and year: for what two people agree to."""
    return f"{i18n.weekday_moment(phase.starts_at)} – {i18n.weekday_end(phase.ends_at)}"


def _note(phase: Phase) -> str:
    if phase.original_ends_at is None:
        return ""
    return str(
        _("Extended or moved; first end: %(date)s", date=i18n.last_day(phase.original_ends_at))
    )
