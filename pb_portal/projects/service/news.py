"""Updates from the site and photos. Some managers' updates the head reads first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, Role, areas_of, demand, may
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.files.storage import Where
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import ManagerSetting, Project, ProjectPhoto, ProjectUpdate
from pb_portal.projects.rules import need
from pb_portal.projects.service.guard import begin, begin_open, saved, touch
from pb_portal.projects.service.letters import tell_followers

STAGES = ("before", "during", "after")
MOST_AT_ONCE = 8
LONGEST_KEY = 64


def demand_few(photos: Sequence[object]) -> None:
    """Refuse more photos than come at once."""
    if len(photos) > MOST_AT_ONCE:
        raise Refusal("file.too_many", field="picture", most=MOST_AT_ONCE)


def add_photos(
    session: Session,
    by: Signature,
    project: Project,
    photos: Sequence[files.Picture | BinaryIO],
    *,
    stage: str,
    root: Where,
    most_bytes: int,
    caption: str = "",
    update: ProjectUpdate | None = None,
) -> list[ProjectPhoto]:
    """Keep photos of the place, best read before the transaction, which reading holds up. Refuses
    what is no picture on field `picture`."""
    begin(by, project)
    if stage not in STAGES:
        raise Refusal("project.stage_missing", field="stage")
    demand_few(photos)
    public = update is None or update.published_at is not None
    added = []
    for sent in photos:
        read = (
            sent
            if isinstance(sent, files.Picture)
            else files.read_picture(sent, most_bytes=most_bytes)
        )
        stored = files.keep_picture(session, by, read, root=root, public=public)
        photo = ProjectPhoto(
            project_id=project.id,
            file=stored,
            update_id=update.id if update else None,
            stage=stage,
            caption=caption,
            at=by.at,
            published=public,
        )
        session.add(photo)
        added.append(photo)
    if added:
        touch(by, project)
        session.flush()
        session.expire(project, ["photos"])
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


def waits(session: Session, by: Signature, project: Project, *, usual: bool) -> bool:
    """Whether this person's update goes to the head first: as set for the person, else as usual.
    A head's own never does."""
    if may(by.actor, P.OVERSEE, area_id=project.area_id):
        return False
    own = session.get(ManagerSetting, by.actor.person_id) if by.actor.person_id else None
    return usual if own is None else own.needs_approval


def post_update(
    session: Session,
    by: Signature,
    project: Project,
    *,
    body: str,
    progress: int,
    sent_key: str = "",
    head_first: bool = False,
) -> ProjectUpdate:
    """Publish news: a few words and the percentage done; the followers get a letter.

    A second sending with the same key returns the first one's update. Where the head reads first,
    the update waits and nobody hears of it yet.
    """
    already = _sent_before(session, by, project, sent_key)
    if already is not None:
        return already
    begin_open(by, project)
    need(body, "project.update_empty", "body")
    if not 0 <= progress <= 100:
        raise Refusal("project.progress_wrong", field="progress")
    waiting = waits(session, by, project, usual=head_first)
    update = ProjectUpdate(
        project_id=project.id,
        author_id=by.actor.person_id,
        body=body,
        progress=progress,
        at=by.at,
        sent_key=sent_key or None,
        published_at=null() if waiting else by.at,
    )
    session.add(update)
    session.flush()
    if waiting:
        saved(session, by, project, "project.update_sent", update=update.id, progress=progress)
    else:
        _publish(session, by, project, update, "project.update_posted")
    return update


def send_update(
    session: Session,
    by: Signature,
    project: Project,
    photos: Sequence[files.Picture | BinaryIO],
    *,
    body: str,
    progress: int,
    stage: str,
    root: Where,
    most_bytes: int,
    sent_key: str = "",
    head_first: bool = False,
) -> ProjectUpdate:
    """News with its photos, kept once however often it is sent with the same key."""
    already = _sent_before(session, by, project, sent_key)
    if already is not None:
        return already
    update = post_update(
        session,
        by,
        project,
        body=body,
        progress=progress,
        sent_key=sent_key,
        head_first=head_first,
    )
    add_photos(
        session,
        by,
        project,
        photos,
        stage=stage,
        root=root,
        most_bytes=most_bytes,
        update=update,
    )
    return update


def _sent_before(
    session: Session, by: Signature, project: Project, key: str
) -> ProjectUpdate | None:
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        raise Refusal("project.key_wrong")
    found = session.scalars(
        select(ProjectUpdate).where(
            ProjectUpdate.author_id == by.actor.person_id, ProjectUpdate.sent_key == key
        )
    ).one_or_none()
    if found is not None and found.project_id != project.id:
        raise Refusal("project.key_wrong")
    return found


def _publish(
    session: Session, by: Signature, project: Project, update: ProjectUpdate, action: str
) -> None:
    project.progress = update.progress
    touch(by, project, news=True)
    saved(session, by, project, action, update=update.id, progress=update.progress)
    tell_followers(
        session, by, project, "project_update", body=update.body, progress=update.progress
    )


def decide_update(
    session: Session,
    by: Signature,
    project: Project,
    update_id: int,
    *,
    publish: bool,
    remark: str = "",
) -> ProjectUpdate:
    """The head publishes an update that waits, or returns it with a remark to its author."""
    demand(by.actor, P.OVERSEE, area_id=project.area_id)
    update = session.get(ProjectUpdate, update_id)
    if update is None or update.project_id != project.id:
        raise Missing("update")
    if update.published_at is not None or update.returned_at is not None:
        raise Refusal("project.update_decided")
    if not publish:
        need(remark, "project.remark_missing", "remark")
        update.returned_at, update.remark = by.at, remark
        saved(session, by, project, "project.update_returned", reason=remark, update=update.id)
        _tell_author(session, by, project, update)
        return update
    update.published_at = by.at
    for photo in update.photos:
        photo.published = True
        photo.file.public = True
    _publish(session, by, project, update, "project.update_published")
    session.expire(project, ["photos"])
    return update


def _tell_author(session: Session, by: Signature, project: Project, update: ProjectUpdate) -> None:
    if update.author is None or update.author.blocked_at is not None:
        return
    outbox.post(
        session,
        by,
        "project_returned",
        recipient=update.author.email,
        locale=update.author.locale,
        number=project.number,
        title=project.title,
        body=update.body,
        remark=update.remark,
        path=f"/desk/projects/{project.number}",
    )


def set_approval(session: Session, by: Signature, person_id: int, *, needs_approval: bool) -> None:
    """Set whether the head reads this manager's updates first."""
    manager = session.get(Person, person_id)
    areas = (
        [grant.area_id for grant in manager.grants if grant.role == Role.MANAGER] if manager else []
    )
    if not areas:
        raise Missing("person")
    overseen = areas_of(by.actor, P.OVERSEE)
    if overseen is not None and not overseen.issuperset(areas):
        raise Forbidden(P.OVERSEE)
    row = session.get(ManagerSetting, person_id)
    if row is None:
        session.add(ManagerSetting(person_id=person_id, needs_approval=needs_approval))
    else:
        row.needs_approval = needs_approval
    audit.record(
        session,
        by,
        "project.approval_set",
        ("person", person_id),
        needs_approval=needs_approval,
    )
