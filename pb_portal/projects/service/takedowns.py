"""How what residents and staff show of a project is taken down, and its copies of a proposal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.placeholders import TAKEN_DOWN_MARK
from pb_portal.projects.models import (
    Issue,
    IssueStep,
    Project,
    ProjectDocument,
    ProjectPhoto,
    ProjectProposal,
    ProjectUpdate,
    Rating,
)
from pb_portal.projects.search import indexed
from pb_portal.proposals.models import EstimateLine, Proposal
from pb_portal.takedowns.service import (
    Removal,
    Subject,
    number_of,
    register_copies,
    register_kind,
)


def _subject(
    session: Session,
    kind: str,
    subject_id: str,
    project_id: int,
    anchor: str = "",
    authors: Sequence[int | None] = (),
    letters: Sequence[str] = (),
) -> Subject:
    project = session.get_one(Project, project_id)
    page = f"/projects/{project.number}"
    return Subject(
        kind,
        subject_id,
        "project",
        project.id,
        page + anchor,
        area_id=project.area_id,
        cycle_id=project.cycle_id,
        authors=[one for one in authors if one is not None],
        letters=(page, f"/desk/projects/{project.number}", *letters),
    )


def _touch(session: Session, project: Project) -> None:
    """Figures and lists that are remembered until a project changes are read anew."""
    session.flush()
    session.expire(project, ["photos", "updates"])


def _take_photo(photo: ProjectPhoto, removal: Removal) -> None:
    removal.hide(photo.file)
    removal.drop(photo)


def find_issue(session: Session, subject_id: str) -> Subject | None:
    """A defect or a question."""
    issue = session.get(Issue, number_of(subject_id))
    if issue is None:
        return None
    anchor = f"#issue-{issue.id}"
    return _subject(
        session,
        "issue",
        subject_id,
        issue.project_id,
        anchor,
        [issue.reporter_id],
        [f"/desk/issues/{issue.id}"],
    )


def take_issue(session: Session, subject_id: str, removal: Removal) -> None:
    """Its words, place and photo, and the answers, which may quote them."""
    issue = session.get_one(Issue, number_of(subject_id))
    removal.hide(issue.file)
    removal.blank(
        issue, body=TAKEN_DOWN_MARK, place="", photo_alt="", lat=None, lon=None, file_id=None
    )
    for step in issue.steps:
        _take_step(step, removal)


def find_step(session: Session, subject_id: str) -> Subject | None:
    """An answer to a defect or a question, or a reopening."""
    step = session.get(IssueStep, number_of(subject_id))
    if step is None:
        return None
    issue = session.get_one(Issue, step.issue_id)
    anchor = f"#issue-{issue.id}"
    return _subject(
        session,
        "issue_step",
        subject_id,
        issue.project_id,
        anchor,
        [step.actor_id],
        [f"/desk/issues/{issue.id}"],
    )


def _take_step(step: IssueStep, removal: Removal) -> None:
    removal.hide(step.file)
    removal.blank(step, body=TAKEN_DOWN_MARK, file_id=None)


def take_step(session: Session, subject_id: str, removal: Removal) -> None:
    """Its words and photo."""
    _take_step(session.get_one(IssueStep, number_of(subject_id)), removal)


def _rating(session: Session, subject_id: str) -> Rating | None:
    project_id, _, person_id = subject_id.partition(":")
    return session.get(Rating, (number_of(project_id), number_of(person_id)))


def find_rating(session: Session, subject_id: str) -> Subject | None:
    """The words of a rating; its stars count all the same."""
    rating = _rating(session, subject_id)
    if rating is None:
        return None
    return _subject(
        session, "rating", subject_id, rating.project_id, "#ratings", [rating.person_id]
    )


def take_rating(session: Session, subject_id: str, removal: Removal) -> None:
    """Its words."""
    rating = _rating(session, subject_id)
    if rating is not None:
        removal.blank(rating, comment="")


def find_update(session: Session, subject_id: str) -> Subject | None:
    """News from the site."""
    update = session.get(ProjectUpdate, number_of(subject_id))
    if update is None:
        return None
    return _subject(
        session, "project_update", subject_id, update.project_id, "#news", [update.author_id]
    )


def take_update(session: Session, subject_id: str, removal: Removal) -> None:
    """Its words and photos."""
    update = session.get_one(ProjectUpdate, number_of(subject_id))
    removal.blank(update, body=TAKEN_DOWN_MARK, remark="")
    for photo in session.scalars(select(ProjectPhoto).where(ProjectPhoto.update_id == update.id)):
        _take_photo(photo, removal)


def find_photo(session: Session, subject_id: str) -> Subject | None:
    """A photo of the place, by its file."""
    photo = session.scalars(
        select(ProjectPhoto).where(ProjectPhoto.file_id == number_of(subject_id)).limit(1)
    ).first()
    if photo is None:
        return None
    return _subject(session, "project_photo", subject_id, photo.project_id, "#photos")


def take_photo(session: Session, subject_id: str, removal: Removal) -> None:
    """The file wherever a project shows it."""
    same = ProjectPhoto.file_id == number_of(subject_id)
    for photo in session.scalars(select(ProjectPhoto).where(same)).all():
        _take_photo(photo, removal)


def find_document(session: Session, subject_id: str) -> Subject | None:
    """A document to download."""
    row = session.get(ProjectDocument, number_of(subject_id))
    if row is None:
        return None
    return _subject(
        session, "project_document", subject_id, row.project_id, "#documents", [row.actor_id]
    )


def take_document(session: Session, subject_id: str, removal: Removal) -> None:
    """The file and its title."""
    row = session.get_one(ProjectDocument, number_of(subject_id))
    removal.hide(row.file)
    removal.drop(row)


def find_project(session: Session, subject_id: str) -> Subject | None:
    """The text of a project itself."""
    project = session.get(Project, number_of(subject_id))
    if project is None:
        return None
    return _subject(session, "project", subject_id, project.id)


def take_project(session: Session, subject_id: str, removal: Removal) -> None:
    """Title, summary, address and captions; figures, dates and lines of the promise stay."""
    project = session.get_one(Project, number_of(subject_id))
    removal.blank(project, title=TAKEN_DOWN_MARK, summary="", address="")
    for photo in session.scalars(select(ProjectPhoto).where(ProjectPhoto.project_id == project.id)):
        removal.blank(photo, caption="")


def mend_project(session: Session, subject_id: str) -> None:
    """Search and remembered lists."""
    project = session.get_one(Project, number_of(subject_id))
    project.search_text = indexed(project.title, project.address, project.summary)
    _touch(session, project)


def take_copies(session: Session, subject_id: str, removal: Removal) -> None:
    """What projects took over from a proposal: title, text, address, own lines and photos."""
    proposal_id = number_of(subject_id)
    for project in _made_of(session, proposal_id):
        removal.blank(project, title=TAKEN_DOWN_MARK, summary="", address="")
        for photo in session.scalars(
            select(ProjectPhoto).where(
                ProjectPhoto.project_id == project.id,
                ProjectPhoto.file_id.in_([stored.id for stored in removal.files]),
            )
        ).all():
            removal.drop(photo)
        own = session.scalars(
            select(EstimateLine.id).where(
                EstimateLine.proposal_id == proposal_id, EstimateLine.work_id.is_(None)
            )
        ).all()
        if not own:
            continue
        for line in project.lines:
            if set(line.title) <= {"kk", "ru", "en"} and len(line.title) == 1:
                removal.blank(line, title=dict.fromkeys(line.title, TAKEN_DOWN_MARK))


def _made_of(session: Session, proposal_id: int) -> Sequence[Project]:
    return session.scalars(
        select(Project)
        .join(ProjectProposal, ProjectProposal.project_id == Project.id)
        .where(ProjectProposal.proposal_id == proposal_id)
    ).all()


def take_picture_copies(session: Session, subject_id: str, removal: Removal) -> None:
    """The same photo on the page of a project."""
    same = ProjectPhoto.file_id == number_of(subject_id)
    for photo in session.scalars(select(ProjectPhoto).where(same)).all():
        removal.drop(photo)


def mend_projects(session: Session, subject_id: str) -> None:
    """Search and remembered lists of the projects made of a proposal."""
    proposal = session.get_one(Proposal, number_of(subject_id))
    for project in _made_of(session, proposal.id):
        project.search_text = indexed(project.title, project.address, project.summary)
        _touch(session, project)


register_kind("project", find_project, take_project, mend_project)
register_kind("issue", find_issue, take_issue)
register_kind("issue_step", find_step, take_step)
register_kind("rating", find_rating, take_rating)
register_kind("project_update", find_update, take_update)
register_kind("project_photo", find_photo, take_photo)
register_kind("project_document", find_document, take_document)
register_copies("proposal", take_copies, mend_projects)
register_copies("proposal_photo", take_picture_copies)
