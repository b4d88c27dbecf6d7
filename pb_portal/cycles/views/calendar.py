"""A cycle's calendar as pages show it: names, dates in city time, what is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries
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


def _note(phase: Phase) -> str:
    if phase.original_ends_at is None:
        return ""
    return str(_("Extended; first end: %(date)s", date=i18n.last_day(phase.original_ends_at)))


def extensions(cycle: Cycle, requests: Sequence[ApprovalRequest]) -> list[dict[str, Any]]:
    """Extensions with the phase they move, for public and desk lists."""
    named = {phase.id: phase for phase in cycle.phases}
    return [
        {
            "request": request,
            "phase": named[request.payload["phase_id"]],
            "ends_at": datetime.fromisoformat(request.payload["ends_at"]),
        }
        for request in requests
        if request.payload.get("phase_id") in named
    ]


def summarize_extension(session: Session, asked: ApprovalRequest) -> str:
    """The cycle, the phase and its new end."""
    cycle = queries.get_cycle_by_id(session, asked.cycle_id or 0)
    rows = extensions(cycle, [asked])
    ends = [f"{phase_name(row['phase'].kind)} → {i18n.last_day(row['ends_at'])}" for row in rows]
    return " · ".join([i18n.local(cycle.names), *ends])
