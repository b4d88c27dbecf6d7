"""Photos and sketches of a proposal. They stay private until it is submitted."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.files import service as files
from pb_portal.proposals.models import Proposal, ProposalPicture
from pb_portal.proposals.service.drafts import check_writer

MOST_PICTURES = 10
LONGEST_CAPTION = 200


def add_picture(
    session: Session,
    by: Signature,
    proposal: Proposal,
    picture: files.Picture,
    *,
    root: Path,
    kind: str = "photo",
) -> ProposalPicture:
    """Add a picture (`files.service.read_picture`) at the end; refuses one too many."""
    check_writer(by, proposal)
    if len(proposal.pictures) >= MOST_PICTURES:
        raise Refusal("file.too_many", field="pictures", most=MOST_PICTURES)
    stored = files.keep_picture(session, by, picture, root=root)
    added = ProposalPicture(
        file=stored,
        kind=kind,
        sort=1 + max((other.sort for other in proposal.pictures), default=0),
    )
    proposal.pictures.append(added)
    proposal.updated_at = by.at
    session.flush()
    return added


def describe_picture(
    session: Session, by: Signature, proposal: Proposal, picture_id: int, caption: str
) -> ProposalPicture:
    """Set the caption, which is also what screen readers say."""
    check_writer(by, proposal)
    picture = _picture(proposal, picture_id)
    words = " ".join(clean(caption).split())
    if len(words) > LONGEST_CAPTION:
        raise Refusal(
            "proposal.too_long",
            field=f"caption_{picture_id}",
            most=LONGEST_CAPTION,
            length=len(words),
        )
    picture.caption = words
    session.flush()
    return picture


def move_picture(
    session: Session, by: Signature, proposal: Proposal, picture_id: int, *, earlier: bool
) -> None:
    """Change places with the picture before or after; the first one stands on the list."""
    check_writer(by, proposal)
    shown = list(proposal.pictures)
    place = shown.index(_picture(proposal, picture_id))
    other = place + (-1 if earlier else 1)
    if 0 <= other < len(shown):
        shown[place], shown[other] = shown[other], shown[place]
    for sort, picture in enumerate(shown, start=1):
        picture.sort = sort
    proposal.updated_at = by.at
    session.flush()
    session.expire(proposal, ["pictures"])


def remove_picture(session: Session, by: Signature, proposal: Proposal, picture_id: int) -> None:
    """Take a picture away; nobody sees its file any more."""
    check_writer(by, proposal)
    picture = _picture(proposal, picture_id)
    if proposal.revises_id is None:  # else the public page still shows it
        picture.file.public = False
    proposal.pictures.remove(picture)
    proposal.updated_at = by.at
    session.flush()


def _picture(proposal: Proposal, picture_id: int) -> ProposalPicture:
    for picture in proposal.pictures:
        if picture.id == picture_id:
            return picture
    raise Missing("picture")
