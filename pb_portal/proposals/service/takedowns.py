"""How proposals, their versions, photos, scans and comments are taken down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.domain.placeholders import NAME_MARK, TAKEN_DOWN_MARK
from pb_portal.domain.text import words
from pb_portal.files.models import StoredFile
from pb_portal.proposals.models import (
    Coauthor,
    Comment,
    CommentReport,
    EstimateLine,
    PaperApplication,
    Proposal,
    ProposalEvent,
    ProposalPicture,
    ProposalVersion,
    ProposalWord,
    Remark,
    ReviewedLine,
    SaidWord,
)
from pb_portal.proposals.queries.counts import forget_facets
from pb_portal.proposals.queries.spread import forget_places
from pb_portal.proposals.queries.suggest import forget_suggestions
from pb_portal.proposals.service.drafts import index_words
from pb_portal.proposals.service.steps import RESIDENTS
from pb_portal.proposals.words import stems
from pb_portal.takedowns.service import Removal, Subject, number_of, register_kind


def _page(proposal: Proposal) -> str:
    return f"/c/{proposal.cycle.slug}/proposals/{proposal.number}"


def _subject(kind: str, subject_id: str, proposal: Proposal, anchor: str = "") -> Subject:
    page = _page(proposal)
    return Subject(
        kind,
        subject_id,
        "proposal",
        proposal.id,
        page + anchor,
        area_id=proposal.area_id,
        cycle_id=proposal.cycle_id,
        authors=sorted(proposal.written_by),
        letters=(
            page,
            f"/desk/review/{proposal.id}",
            f"/my/proposals/{proposal.id}/people",
            f"/my/proposals/{proposal.id}",
        ),
    )


def find_proposal(session: Session, subject_id: str) -> Subject | None:
    """A proposal that was handed in."""
    proposal = session.get(Proposal, number_of(subject_id))
    if proposal is None or proposal.number is None:
        return None
    return _subject("proposal", subject_id, proposal)


def take_proposal(session: Session, subject_id: str, removal: Removal) -> None:
    """All that its authors wrote and showed, in what is public, reworked and was sent before.
    Number, place on the ballot, price and state stay."""
    proposal_id = number_of(subject_id)
    copies = select(Proposal).where(
        or_(Proposal.id == proposal_id, Proposal.revises_id == proposal_id)
    )
    own_titles: set[str] = set()
    for proposal in session.scalars(copies):
        own_titles |= {line.title for line in proposal.lines if line.work_id is None}
        removal.blank(proposal, title=TAKEN_DOWN_MARK, problem="", solution="", address="")
        for line in proposal.lines:
            _take_line(line, removal)
        for picture in list(proposal.pictures):
            _take_picture(picture, removal)
        for event in proposal.events:
            if event.actor_part in RESIDENTS:
                removal.blank(event, reason="")
    for version in _versions(session, proposal_id):
        removal.blank(version, content=_emptied(version.content))
    for reviewed in session.scalars(
        select(ReviewedLine).where(ReviewedLine.proposal_id == proposal_id)
    ):
        if reviewed.text in own_titles - {""}:
            removal.blank(reviewed, text=TAKEN_DOWN_MARK)
    for asked in session.scalars(select(Coauthor).where(Coauthor.proposal_id == proposal_id)):
        removal.blank(asked, words="")


def _take_line(line: EstimateLine, removal: Removal) -> None:
    if line.work_id is None:
        removal.blank(line, title=TAKEN_DOWN_MARK, reason="")
    else:
        removal.blank(line, reason="")


def _take_picture(picture: ProposalPicture, removal: Removal) -> None:
    removal.hide(picture.file)
    removal.drop(picture)


def _versions(session: Session, proposal_id: int) -> Iterable[ProposalVersion]:
    return session.scalars(
        select(ProposalVersion).where(ProposalVersion.proposal_id == proposal_id)
    ).all()


def _emptied(content: dict[str, Any]) -> dict[str, Any]:
    """A version without words and pictures; figures and places of the catalogue stay."""
    lines = [
        {**line, "title": TAKEN_DOWN_MARK if line.get("title") else "", "reason": ""}
        for line in content.get("lines", ())
    ]
    texts = {"title": TAKEN_DOWN_MARK, "problem": "", "solution": "", "address": ""}
    return {**content, **texts, "lines": lines, "pictures": [], "taken_down": True}


def mend_index(session: Session, subject_id: str) -> None:
    """Search, suggestions and what is remembered of lists follow at once."""
    proposal = session.get_one(Proposal, number_of(subject_id))
    index_words(proposal)
    session.flush()
    _forget_unsaid(session, proposal.cycle_id)
    forget_remembered()


def forget_remembered() -> None:
    """Drop what this process remembers of lists; others forget within seconds."""
    forget_facets()
    forget_places()
    forget_suggestions()


def _forget_unsaid(session: Session, cycle_id: int) -> None:
    """Words for suggestions that no proposal of the cycle says any more."""
    in_cycle = select(ProposalWord.stem).where(ProposalWord.cycle_id == cycle_id)
    said = set(session.scalars(in_cycle.distinct()))
    listed = session.scalars(select(SaidWord.word).where(SaidWord.cycle_id == cycle_id)).all()
    gone = [word for word in listed if not said & {*stems(word), *words(word)}]
    for start in range(0, len(gone), 500):
        session.execute(
            delete(SaidWord).where(
                SaidWord.cycle_id == cycle_id, SaidWord.word.in_(gone[start : start + 500])
            )
        )


def find_version(session: Session, subject_id: str) -> Subject | None:
    """A version that was sent."""
    version = session.get(ProposalVersion, number_of(subject_id))
    if version is None:
        return None
    return _subject("proposal_version", subject_id, session.get_one(Proposal, version.proposal_id))


def take_version(session: Session, subject_id: str, removal: Removal) -> None:
    """What one sending said; the proposal as it stands now is another thing."""
    version = session.get_one(ProposalVersion, number_of(subject_id))
    if not version.content.get("taken_down"):
        removal.blank(version, content=_emptied(version.content))


def find_picture(session: Session, subject_id: str) -> Subject | None:
    """A photo or a sketch, by its file."""
    row = session.scalars(
        select(ProposalPicture).where(ProposalPicture.file_id == number_of(subject_id)).limit(1)
    ).first()
    if row is None:
        return None
    proposal = session.get_one(Proposal, row.proposal_id).public
    return _subject("proposal_photo", subject_id, proposal) if proposal.number else None


def take_picture(session: Session, subject_id: str, removal: Removal) -> None:
    """The file wherever a proposal, its working copy or a version names it."""
    file_id = number_of(subject_id)
    rows = session.scalars(select(ProposalPicture).where(ProposalPicture.file_id == file_id)).all()
    proposals = {session.get_one(Proposal, row.proposal_id).public.id for row in rows}
    for row in rows:
        _take_picture(row, removal)
    for proposal_id in proposals:
        for version in _versions(session, proposal_id):
            shown = version.content.get("pictures", [])
            left = [shot for shot in shown if shot.get("file") != file_id]
            if len(left) < len(shown):
                removal.blank(version, content={**version.content, "pictures": left})
    removal.hide(session.get(StoredFile, file_id))


def mend_pictures(session: Session, subject_id: str) -> None:
    """Pages read the pictures anew."""
    session.expire_all()
    forget_remembered()


def find_scan(session: Session, subject_id: str) -> Subject | None:
    """The scan of a paper application, which staff alone see."""
    paper = session.get(PaperApplication, number_of(subject_id))
    return _subject("paper_scan", subject_id, paper.proposal) if paper and paper.scan_id else None


def take_scan(session: Session, subject_id: str, removal: Removal) -> None:
    """The scanned sheet."""
    paper = session.get_one(PaperApplication, number_of(subject_id))
    removal.hide(paper.scan)
    removal.blank(paper, scan_id=None)


def find_comment(session: Session, subject_id: str) -> Subject | None:
    """A comment or an answer to one."""
    comment = session.get(Comment, number_of(subject_id))
    if comment is None:
        return None
    proposal = session.get_one(Proposal, comment.proposal_id)
    page = _page(proposal)
    return Subject(
        "comment",
        subject_id,
        "proposal",
        proposal.id,
        f"{page}#comment-{comment.id}",
        area_id=proposal.area_id,
        cycle_id=proposal.cycle_id,
        authors=[comment.author_id],
        letters=[page],
    )


def take_comment(session: Session, subject_id: str, removal: Removal) -> None:
    """Its words, and what reports quote of them."""
    comment = session.get_one(Comment, number_of(subject_id))
    at = removal.at
    removal.blank(comment, body=TAKEN_DOWN_MARK)
    for report in session.scalars(
        select(CommentReport).where(CommentReport.comment_id == comment.id)
    ):
        removal.blank(report, text="")
        if not report.outcome:
            report.outcome, report.answered_at = "hidden", at


def find_step(session: Session, subject_id: str) -> Subject | None:
    """The reason of a step in the public life of a proposal, whoever wrote it."""
    event = session.get(ProposalEvent, number_of(subject_id))
    if event is None:
        return None
    proposal = session.get_one(Proposal, event.proposal_id)
    return _subject("proposal_step", subject_id, proposal, "#life") if proposal.number else None


def take_step(session: Session, subject_id: str, removal: Removal) -> None:
    """The reason, and where the reviewer's remarks or the council's decision say the same."""
    event = session.get_one(ProposalEvent, number_of(subject_id))
    remarks = select(Remark).where(Remark.proposal_id == event.proposal_id)
    for remark in session.scalars(remarks):
        if remark.text and remark.text == event.reason:
            removal.blank(remark, text=TAKEN_DOWN_MARK)
    removal.blank(event, reason="")


def find_name(session: Session, subject_id: str) -> Subject | None:
    """The name of an account, as it stands beside what it published: proposal, then person."""
    proposal_id, _, person_id = subject_id.partition(":")
    proposal = session.get(Proposal, number_of(proposal_id))
    person = session.get(Person, number_of(person_id))
    if proposal is None or person is None or proposal.number is None:
        return None
    said = select(Comment.id).where(
        Comment.proposal_id == proposal.id, Comment.author_id == person.id
    )
    if person.id not in proposal.written_by and session.scalar(said.limit(1)) is None:
        return None
    page = _page(proposal)
    return Subject(
        "person_name",
        subject_id,
        "proposal",
        proposal.id,
        page,
        area_id=proposal.area_id,
        cycle_id=proposal.cycle_id,
        authors=[person.id],
    )


def take_name(session: Session, subject_id: str, removal: Removal) -> None:
    """The name everywhere; the account may choose another."""
    person = session.get_one(Person, number_of(subject_id.partition(":")[2]))
    removal.blank(person, stored_name=NAME_MARK)


register_kind("proposal_step", find_step, take_step)
register_kind("person_name", find_name, take_name)
register_kind("proposal", find_proposal, take_proposal, mend_index)
register_kind("proposal_version", find_version, take_version)
register_kind("proposal_photo", find_picture, take_picture, mend_pictures)
register_kind("paper_scan", find_scan, take_scan)
register_kind("comment", find_comment, take_comment)
