"""What the page of a project tells: its timeline, its pictures, the news with their photos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from pb_portal.projects.models import Project, ProjectPhoto, ProjectUpdate
from pb_portal.projects.service.news import STAGES
from pb_portal.web.i18n import full_date
from pb_portal.web.phrases.projects import state_word

TONES = {
    "completed": "done",
    "suspended": "warn",
    "carried_over": "warn",
    "cancelled": "stop",
}


def story(project: Project, updates: Sequence[ProjectUpdate]) -> dict[str, Any]:
    """Everything the page arranges by time."""
    by_stage = {stage: [p for p in project.photos if p.stage == stage] for stage in STAGES}
    with_update: dict[int, list[ProjectPhoto]] = defaultdict(list)
    for photo in project.photos:
        if photo.update_id is not None:
            with_update[photo.update_id].append(photo)
    return {
        "timeline_events": timeline(project),
        "before": by_stage["before"][0] if by_stage["before"] else None,
        "after": by_stage["after"][-1] if by_stage["after"] else None,
        "photos_by_stage": by_stage,
        "photos_of": with_update,
        "news": updates,
    }


def timeline(project: Project) -> list[dict[str, Any]]:
    """States and moved dates, newest first; the first line says where it comes from."""
    said: dict[datetime, str] = {event.at: event.reason for event in project.events}
    present = project.events[-1] if project.events else None
    rows: list[dict[str, Any]] = [
        {
            "at": event.at,
            "title": state_word(event.target),
            "reason": event.reason,
            "icon": "done" if event.target == "completed" else event.target,
            "tone": TONES.get(event.target) or ("now" if event is present else None),
        }
        for event in project.events
    ]
    rows += [
        {
            "at": shift.at,
            "title": _(
                "Date moved from %(old)s to %(new)s",
                old=full_date(shift.old_on),
                new=full_date(shift.new_on),
            ),
            "reason": "" if said.get(shift.at) == shift.reason else shift.reason,
            "icon": "calendar",
            "tone": "warn" if shift.new_on > shift.old_on else None,
        }
        for shift in project.shifts
    ]
    rows.sort(key=lambda row: row["at"], reverse=True)
    origin = _("The vote made it a project") if project.cycle_id else _("The project was planned")
    rows.append({"at": project.created_at, "title": origin, "icon": "planned"})
    return rows
