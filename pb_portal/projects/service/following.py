"""Following a project."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project, ProjectFollow


def follow(session: Session, by: Signature, project: Project) -> None:
    """Get letters about the project; following again changes nothing."""
    demand(by.actor, P.RESIDENT)
    if session.get(ProjectFollow, (project.id, by.actor.person_id)) is not None:
        return
    session.add(ProjectFollow(project_id=project.id, person_id=by.actor.person_id, at=by.at))
    audit.record(
        session, by, "project.followed", ("project", project.id), cycle_id=project.cycle_id
    )


def unfollow(session: Session, by: Signature, project: Project) -> None:
    """Get no more letters."""
    demand(by.actor, P.RESIDENT)
    session.execute(
        delete(ProjectFollow).where(
            ProjectFollow.project_id == project.id, ProjectFollow.person_id == by.actor.person_id
        )
    )
    audit.record(
        session, by, "project.unfollowed", ("project", project.id), cycle_id=project.cycle_id
    )
