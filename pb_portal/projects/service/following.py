"""Following a project. Followers of the proposals it came from need not ask again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import take_turn
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project, ProjectFollow
from pb_portal.projects.service.mail_follows import RHYTHMS


def follow(session: Session, by: Signature, project: Project) -> None:
    """Get letters about the project; following again changes nothing."""
    _wish(session, by, project, stopped=False, action="project.followed")


def unfollow(session: Session, by: Signature, project: Project) -> None:
    """Get no more letters."""
    _wish(session, by, project, stopped=True, action="project.unfollowed")


def set_rhythm(session: Session, by: Signature, project: Project, rhythm: str) -> None:
    """A letter at each step, or one a day or a week with all of them."""
    demand(by.actor, P.RESIDENT)
    if rhythm not in RHYTHMS:
        raise Refusal("follow.no_rhythm", field="rhythm")
    row = session.get(ProjectFollow, (project.id, by.actor.person_id))
    if row is None or row.stopped:
        _wish(session, by, project, stopped=False, action="project.followed")
        session.flush()
        row = session.get_one(ProjectFollow, (project.id, by.actor.person_id))
    row.rhythm, row.digested_at = rhythm, by.at


def _wish(session: Session, by: Signature, project: Project, *, stopped: bool, action: str) -> None:
    demand(by.actor, P.RESIDENT)
    person_id = by.actor.person_id
    take_turn(session, f"follow of {project.id} by {person_id}")
    row = session.get(ProjectFollow, (project.id, person_id))
    if row is not None and row.stopped == stopped:
        return
    if row is None:
        session.add(
            ProjectFollow(project_id=project.id, person_id=person_id, at=by.at, stopped=stopped)
        )
    else:
        row.stopped, row.at = stopped, by.at
    audit.record(session, by, action, ("project", project.id), cycle_id=project.cycle_id)
