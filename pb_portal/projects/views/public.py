"""The page of one project: promise and present side by side."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_login import current_user

from pb_portal.db import session
from pb_portal.domain import issue_rules
from pb_portal.projects import queries
from pb_portal.projects.queries import voices
from pb_portal.projects.rules import public_bin
from pb_portal.projects.service.mail_follows import RHYTHMS
from pb_portal.projects.views.base import blueprint
from pb_portal.projects.views.story import story
from pb_portal.takedowns.queries import tombstones
from pb_portal.web import clock
from pb_portal.web.guard import public


@blueprint.get("/projects/<int:number>")
@public
def show(number: int) -> str:
    """What was promised and what is so, in one look."""
    project = queries.get_project(session(), number)
    updates = queries.updates(session(), project.id)
    actor = clock.actor()
    return render_template(
        "projects/show.html",
        project=project,
        bin=public_bin(project.contractor_bin),
        mine=voices.standing(session(), project, actor.person_id),
        rhythm=voices.rhythm_of(session(), project.id, actor.person_id),
        rhythms=RHYTHMS,
        own=_is_own(project),
        issues=voices.issues_of(session(), project.id),
        kinds=issue_rules.kinds_for(project.status),
        ratings=voices.ratings_of(session(), project.id),
        documents=voices.documents_of(session(), project.id),
        taken=tombstones(session(), "project", project.id),
        FEWEST_RATINGS=voices.FEWEST_RATINGS,
        **story(project, updates),
    )


def _is_own(project: Any) -> bool:
    return bool(
        current_user.is_authenticated
        and project.proposal is not None
        and project.proposal.author_id == current_user.person_id
    )
