"""The page about the state of the installation."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.job_queue import service as job_queue
from pb_portal.job_queue.queries import list_silent_lanes
from pb_portal.operations.presenters import CheckLine, build_check_lines
from pb_portal.operations.queries import Installation, list_checks, list_problems
from pb_portal.web import assets, clock
from pb_portal.web.guard import requires

blueprint = Blueprint("operations", __name__)


def describe_installation() -> Installation:
    """What this process knows of itself."""
    return Installation(current_app.config["SETTINGS"], assets.list_unbuilt())


def list_problem_lines() -> list[CheckLine]:
    """What does not work just now, in words."""
    return build_check_lines(list_problems(session(), describe_installation(), clock.now()))


@blueprint.get("/desk/operations")
@requires(P.WATCH_OPERATIONS)
def status() -> str:
    """What works, what does not, and what to do."""
    checks = list_checks(session(), describe_installation(), clock.now())
    return render_template("operations/status.html", lines=build_check_lines(checks))


@blueprint.app_template_global()
def are_messages_delayed() -> bool:
    """Whether letters and codes wait because nothing sends them; pages that promise one ask."""
    if current_app.config["SETTINGS"].letters_boxed:
        return False
    return job_queue.FREQUENT in list_silent_lanes(session(), clock.now())
