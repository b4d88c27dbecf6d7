"""The working copy of a returned proposal.

While the author reworks it, everybody reads what was sent last. The copy is a draft of its own
that becomes the proposal's text when it is sent again, and goes when the proposal moves on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.proposal_states import ProposalState
from pb_portal.proposals.models import EstimateLine, Proposal, ProposalPicture

TEXTS = ("title", "problem", "solution", "address", "lat", "lon", "category_id", "area_id", "cost")
_ABOUT = ("cycle_id", "author_id", "language", "is_sample")
_LINE = ("work_id", "title", "reason", "unit", "unit_price", "quantity", "sort")
_PICTURE = ("file_id", "kind", "caption", "sort")


def open_revision(session: Session, proposal: Proposal, at: datetime) -> Proposal:
    """A working copy of the proposal with its lines and pictures."""
    copy = Proposal(
        revises=proposal,
        status=ProposalState.DRAFT,
        created_at=at,
        updated_at=at,
        search_text="",
        **_values(proposal, (*_ABOUT, *TEXTS)),
    )
    copy.lines = [EstimateLine(**_values(line, _LINE)) for line in proposal.lines]
    copy.pictures = [ProposalPicture(**_values(shot, _PICTURE)) for shot in proposal.pictures]
    session.add(copy)
    session.flush()
    return copy


def find_revision(session: Session, proposal_id: int, *, lock: bool = False) -> Proposal | None:
    """The working copy of a returned proposal."""
    query = select(Proposal).where(Proposal.revises_id == proposal_id)
    if lock:
        query = query.with_for_update(of=Proposal).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def take_over(session: Session, copy: Proposal) -> Proposal:
    """Put the working copy's text, estimate and pictures into the proposal it revises.

    A line of the same work keeps its row, since a reviewed line may refer to it.
    """
    proposal = copy.public
    for name in TEXTS:
        setattr(proposal, name, getattr(copy, name))
    session.refresh(copy, ["category", "area"])
    proposal.category, proposal.area = copy.category, copy.area
    _take_lines(proposal, copy)
    _take_pictures(proposal, copy)
    session.flush()
    return proposal


def close_revision(session: Session, proposal: Proposal) -> None:
    """The proposal has left its author's hands: nothing is left to edit."""
    copy = find_revision(session, proposal.id)
    if copy is not None:
        session.delete(copy)
        session.flush()


def _take_lines(proposal: Proposal, copy: Proposal) -> None:
    before = {(line.work_id, line.title, line.unit): line for line in proposal.lines}
    lines = []
    for line in copy.lines:
        kept = before.pop((line.work_id, line.title, line.unit), None) or EstimateLine()
        for name in _LINE:
            setattr(kept, name, getattr(line, name))
        kept.work = line.work
        lines.append(kept)
    proposal.lines = lines


def _take_pictures(proposal: Proposal, copy: Proposal) -> None:
    before = {picture.file_id: picture for picture in proposal.pictures}
    pictures = []
    for picture in copy.pictures:
        kept = before.pop(picture.file_id, None) or ProposalPicture()
        for name in _PICTURE:
            setattr(kept, name, getattr(picture, name))
        kept.file = picture.file
        pictures.append(kept)
    for gone in before.values():
        gone.file.public = False
    proposal.pictures = pictures


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
