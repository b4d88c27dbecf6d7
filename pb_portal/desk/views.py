"""The staff's day: what waits, the log, people and roles."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from pb_portal.approvals.registry import label_of
from pb_portal.audit import queries as audit
from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.desk import agreeing, data_requests, people
from pb_portal.desk.log import lines, subject_kinds
from pb_portal.desk.waiting import desk_nav_items, sections
from pb_portal.domain.permissions import P, may
from pb_portal.domain.text import clean
from pb_portal.operations.views import list_problem_lines
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of

blueprint = Blueprint("desk", __name__)
blueprint.add_app_template_global(desk_nav_items, "desk_nav_items")
blueprint.add_app_template_global(label_of, "request_label")
people.attach(blueprint)
data_requests.attach(blueprint)
agreeing.attach(blueprint)
ENTRIES = 50


@blueprint.get("/desk")
@requires(P.STAFF)
def home() -> str:
    """What waits for this person today."""
    found = sections(session(), clock.actor(), clock.now())
    watches = may(clock.actor(), P.WATCH_OPERATIONS)
    problems = list_problem_lines() if watches else []
    return render_template("desk/home.html", sections=found, problems=problems)


@blueprint.get("/desk/audit", endpoint="audit")
@requires(P.READ_AUDIT)
def log() -> str:
    """Who did what, when and why; nobody is named."""
    chosen = {
        "action": clean(request.args.get("action", ""))[:60],
        "subject": clean(request.args.get("subject", ""))[:60],
        "cycle": asked_row("cycle"),
    }
    rows = audit.newest(
        session(),
        before_id=asked_row("before"),
        action=str(chosen["action"]),
        subject=str(chosen["subject"]),
        cycle_id=asked_row("cycle"),
        limit=ENTRIES + 1,
    )
    page = page_of(rows, ENTRIES, key=lambda row: row.id)
    return render_template(
        "desk/audit.html",
        lines=lines(session(), page.rows),
        page=page,
        chosen=chosen,
        kinds=subject_kinds(),
        cycles=cycles.all_cycles(session()),
        first="before" not in request.args,
    )
