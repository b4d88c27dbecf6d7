"""Updates from the site and photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.projects.models import Project, ProjectPhoto, ProjectUpdate
from pb_portal.projects.rules import need
from pb_portal.projects.service.guard import begin, begin_open, touch
from pb_portal.projects.service.letters import tell_followers

STAGES = ("before", "during", "after")
MOST_AT_ONCE = 8


def add_photos(
    session: Session,
    by: Signature,
    project: Project,
    streams: Sequence[BinaryIO],
    *,
    stage: str,
    root: Path,
    most_bytes: int,
    caption: str = "",
    update: ProjectUpdate | None = None,
) -> list[ProjectPhoto]:
    """Keep photos of the place, public at once. Refuses what is no picture on field `picture`."""
    begin(by, project)
    if stage not in STAGES:
        raise Refusal("project.stage_missing", field="stage")
    if len(streams) > MOST_AT_ONCE:
        raise Refusal("file.too_many", field="picture", most=MOST_AT_ONCE)
    added = []
    for stream in streams:
        stored = files.store_picture(
            session, by, stream, root=root, most_bytes=most_bytes, public=True
        )
        photo = ProjectPhoto(
            file_id=stored.id,
            update_id=update.id if update else None,
            stage=stage,
            caption=caption,
            at=by.at,
        )
        project.photos.append(photo)
        added.append(photo)
    if added:
        touch(by, project)
        session.flush()
        audit.record(
            session,
            by,
            "project.photos_added",
            ("project", project.id),
            cycle_id=project.cycle_id,
            stage=stage,
            photos=[photo.id for photo in added],
        )
    return added


def post_update(
    session: Session, by: Signature, project: Project, *, body: str, progress: int
) -> ProjectUpdate:
    """Publish news: a few words and the percentage done; the followers get a letter."""
    begin_open(by, project)
    need(body, "project.update_empty", "body")
    if not 0 <= progress <= 100:
        raise Refusal("project.progress_wrong", field="progress")
    update = ProjectUpdate(
        project_id=project.id,
        author_id=by.actor.person_id,
        body=body,
        progress=progress,
        at=by.at,
    )
    session.add(update)
    project.progress = progress
    touch(by, project, news=True)
    session.flush()
    audit.record(
        session,
        by,
        "project.update_posted",
        ("project", project.id),
        cycle_id=project.cycle_id,
        update=update.id,
        progress=progress,
    )
    tell_followers(session, by, project, "project_update", body=body, progress=progress)
    return update
