"""Contractors: what each builds, how late, for how much."""

from __future__ import annotations

from flask import render_template

from pb_portal.db import session
from pb_portal.domain.permissions import P
from pb_portal.projects.queries import contractors as queries
from pb_portal.projects.views.base import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires


@blueprint.get("/desk/contractors")
@requires(P.DELIVER)
def contractors() -> str:
    """Everybody with a contract, the most money first."""
    found = queries.contractors(session(), clock.today())
    return render_template("projects/contractors.html", contractors=found)


@blueprint.get("/desk/contractors/<int:key>")
@requires(P.DELIVER)
def contractor(key: int) -> str:
    """One of them with all projects."""
    found = queries.get_contractor(session(), key, clock.today())
    return render_template(
        "projects/contractor.html",
        contractor=found,
        projects=queries.projects_of(session(), found.bin),
        names=queries.names_of(session(), found.bin),
    )
