"""Documents residents may download."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.files.storage import Where
from pb_portal.projects.models import Project, ProjectDocument
from pb_portal.projects.queries.voices import documents_of
from pb_portal.projects.service.guard import begin

MOST = 30


def add_document(
    session: Session,
    by: Signature,
    project: Project,
    document: files.Document,
    *,
    title: str,
    root: Where,
) -> ProjectDocument:
    """Show a document on the page, public at once."""
    begin(by, project)
    if not title:
        raise Refusal("project.document_title", field="title")
    take_turn(session, f"documents of {project.id}")
    if len(documents_of(session, project.id)) >= MOST:
        raise Refusal("project.documents_many", field="document", most=MOST)
    stored = files.keep_document(session, by, document, root=root, public=True)
    row = ProjectDocument(
        project_id=project.id,
        file=stored,
        title=title,
        at=by.at,
        actor_id=by.actor.person_id,
    )
    session.add(row)
    session.flush()
    _log(session, by, project, row, "project.document_added")
    return row


def take_away(
    session: Session, by: Signature, project: Project, document_id: int, *, reason: str
) -> None:
    """Take a document off the page; its file is removed a day later. The log keeps the reason."""
    begin(by, project)
    row = session.get(ProjectDocument, document_id)
    if row is None or row.project_id != project.id:
        raise Missing("document")
    if not reason:
        raise Refusal("project.document_reason", field="reason")
    row.file.public = False
    _log(session, by, project, row, "project.document_removed", reason)
    session.delete(row)


def _log(
    session: Session,
    by: Signature,
    project: Project,
    row: ProjectDocument,
    action: str,
    reason: str = "",
) -> None:
    audit.record(
        session,
        by,
        action,
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=reason,
        document=row.id,
        file=row.file_id,
    )
