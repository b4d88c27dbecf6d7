"""My projects: the morning, the board, the plan, the calendar and the map."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask_babel import format_date as babel_date

from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.projects.models import Project
from pb_portal.projects.queries import morning, plans
from pb_portal.projects.queries.scope import WHOSE
from pb_portal.projects.service.checking import last_check
from pb_portal.projects.views import gantt
from pb_portal.projects.views.base import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires

MOST_SKIPPED = 10_000


@blueprint.app_template_filter("month_name")
def month_name(day: date) -> str:
    """Ноябрь 2026."""
    text = str(babel_date(day, "LLLL y", rebase=False))
    return text[:1].upper() + text[1:]


@blueprint.app_template_filter("month_short")
def month_short(day: date) -> str:
    """Нояб., with the year in January."""
    return str(babel_date(day, "LLL y" if day.month == 1 else "LLL", rebase=False))


@blueprint.app_template_filter("weekday_short")
def weekday_short(day: date) -> str:
    """Пн."""
    return str(babel_date(day, "ccc", rebase=False))


def _whose() -> str:
    """Only my own, or all within my reach."""
    chosen = request.args.get("whose", "mine")
    return chosen if chosen in WHOSE else "mine"


@blueprint.get("/desk/projects")
@requires(P.DELIVER)
def today() -> str:
    """What is late today, what falls due this week, what has no news."""
    whose = _whose()
    found = morning.morning(session(), clock.actor(), whose, clock.now(), clock.today())
    check = last_check(session())
    return render_template(
        "projects/today.html",
        whose=whose,
        morning=found,
        check=check if check is not None and check.faults else None,
        today=clock.today(),
    )


@blueprint.get("/desk/projects/board")
@requires(P.DELIVER)
def board() -> str:
    """The states side by side."""
    columns = plans.board(session(), clock.actor(), _whose())
    return render_template("projects/board.html", whose=_whose(), columns=columns)


@blueprint.get("/desk/projects/plan")
@requires(P.DELIVER)
def plan() -> str:
    """Bars along the months, with milestones on them; the same as a table below."""
    skip = min(max(request.args.get("skip", 0, type=int), 0), MOST_SKIPPED)
    found = list(plans.plan(session(), clock.actor(), _whose(), skip=skip))
    rows = found[: plans.ON_PLAN]
    return render_template(
        "projects/plan.html",
        whose=_whose(),
        chart=gantt.chart(rows, clock.today()),
        skip=skip,
        next_skip=skip + plans.ON_PLAN if len(found) > plans.ON_PLAN else None,
        previous_skip=max(skip - plans.ON_PLAN, 0) if skip else None,
    )


@blueprint.get("/desk/projects/calendar")
@requires(P.DELIVER)
def calendar() -> str:
    """A month with everything that falls on its days."""
    first = _month(request.args.get("month", ""), clock.today())
    weeks = _weeks(first)
    return render_template(
        "projects/calendar.html",
        whose=_whose(),
        first=first,
        weeks=weeks,
        due=plans.month(session(), clock.actor(), _whose(), first),
        today=clock.today(),
        before=(first - timedelta(days=1)).replace(day=1),
        after=(first + timedelta(days=32)).replace(day=1),
    )


def _month(text: str, today: date) -> date:
    """The first day of the month that was asked for, else of this one."""
    try:
        first = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 2000 <= first.year <= 2100 else today.replace(day=1)


def _weeks(first: date) -> list[list[date]]:
    """Whole weeks, Monday first, that hold the month."""
    day = first - timedelta(days=first.weekday())
    weeks = []
    while day < first or day.month == first.month:
        weeks.append([day + timedelta(days=place) for place in range(7)])
        day += timedelta(days=7)
    return weeks


@blueprint.get("/desk/projects/map")
@requires(P.DELIVER)
def where() -> str:
    """The places."""
    return render_template("projects/where.html", whose=_whose())


@blueprint.get("/desk/projects/points.json")
@requires(P.DELIVER)
def my_points() -> Response:
    """The places as points."""
    found = plans.placed(session(), clock.actor(), _whose())
    return jsonify([_point(project) for project in found])


def _point(project: Project) -> dict[str, Any]:
    return {
        "key": project.number,
        "lat": project.lat,
        "lon": project.lon,
        "title": project.title,
        "text": project.address,
        "category": project.category.code if project.category else "",
        "url": url_for("projects.manage", number=project.number),
    }
